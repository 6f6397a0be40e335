import {
  createPostgresBackend,
  type Job,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import type { Deps } from './deps.ts';
import { connectRedis } from './redis.ts';
import { run } from './statements.ts';

/** A job: its data are ids only. `id` makes a second one of the same id harmless while the first waits. */
export type NewJob = { name: string; id: string; data: Record<string, string> };
export type Schedule = { name: string; pattern: string; tz: string };
export type RunningJob = { name: string; data: Record<string, string> };

/** The job queue: it says when to work, never what is done; that is known in Postgres. */
export type JobQueue = {
  add(jobs: NewJob[]): Promise<void>;
  /** Makes the timed jobs exactly these: adds what is missing, as after an emptied Redis, and removes strays. */
  keepSchedules(schedules: Schedule[]): Promise<void>;
  /** Starts to take jobs; the answer stops taking, lets those in progress finish, and closes. */
  work(run: (job: RunningJob) => Promise<void>, concurrency: number): Promise<() => Promise<void>>;
  /** Throws or answers false when the queue cannot be reached. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
};

const name = 'lendwell';
const options = { attempts: 1, removeOnComplete: true, removeOnFail: true };
const pingMilliseconds = 2_000;
/** A cluster that is away keeps what it was told to do for later; whoever adds to the queue hears of it by then. */
const answerMilliseconds = 5_000;

/** The queue in Redis when REDIS_URL is set, otherwise in Postgres. Nothing is opened before it is used. */
export function createQueue(deps: Deps): JobQueue {
  const backend = deps.config.REDIS_URL ? redisBackend(deps) : postgresBackend(deps);
  const report = quiet(deps);
  let opened: Promise<Queue> | undefined;

  /** BullMQ remembers that a queue could not be opened, so the next who needs it opens another. */
  const open = async () => {
    const queue = backend.openQueue();
    queue.on('error', report);
    try {
      await queue.waitUntilReady();
      return queue;
    } catch (error) {
      opened = undefined;
      await queue.close().catch(() => {});
      throw error;
    }
  };
  const queue = () => {
    opened ??= open();
    return opened;
  };

  return {
    async add(jobs) {
      const made = jobs.map(({ name, id, data }) => ({ name, data, opts: { ...options, jobId: id } }));
      await within(
        answerMilliseconds,
        queue().then((kept) => kept.addBulk(made)),
      );
    },
    async keepSchedules(schedules) {
      const kept = await queue();
      const present = await kept.getJobSchedulers();
      const strays = present.filter(({ key }) => !schedules.some((schedule) => schedule.name === key));
      for (const { key } of strays) await kept.removeJobScheduler(key);
      for (const { name, pattern, tz } of schedules) {
        if (present.some((found) => found.key === name && found.pattern === pattern && found.tz === tz))
          continue;
        await kept.upsertJobScheduler(name, { pattern, tz }, { name, data: {}, opts: options });
      }
    },
    async work(run, concurrency) {
      const worker = backend.openWorker((job) => run({ name: job.name, data: job.data }), concurrency);
      worker.on('error', report);
      return () => worker.close().finally(() => backend.closeWorkers());
    },
    ping: () => within(pingMilliseconds, backend.ping()),
    async close() {
      await opened?.then((queue) => queue.close()).catch(report);
      await backend.close();
    },
  };
}

type Backend = {
  openQueue(): Queue;
  openWorker(run: (job: Job) => Promise<void>, concurrency: number): Worker;
  ping(): Promise<boolean>;
  closeWorkers(): Promise<void>;
  close(): Promise<void>;
};

/** Quick to notice a worker that died: its jobs are safe to run twice. */
const workerOptions = {
  lockDuration: 15_000,
  stalledInterval: 5_000,
  maxStalledCount: 1_000,
  runRetryDelay: 1_000,
};

function postgresBackend({ config, db }: Deps): Backend {
  /** Each queue and each worker has a pool of its own, beside the one of Lendwell. */
  const connection = { connectionString: config.DATABASE_URL, max: 2, connectionTimeoutMillis: 5_000 };
  return {
    openQueue: () => new Queue(name, { connection } as QueueOptions, createPostgresBackend as never),
    openWorker: (run, concurrency) =>
      new Worker(
        name,
        run,
        { ...workerOptions, connection, concurrency } as WorkerOptions,
        createPostgresBackend as never,
      ),
    ping: () => run(db, 'queue.ping')`select from bullmq.job limit 1`.then(() => true),
    closeWorkers: async () => {},
    close: async () => {},
  };
}

function redisBackend({ config }: Deps): Backend {
  /** What is wrong the queue and the worker say themselves; unheard, an error would end the process. */
  const connect = (maxRetriesPerRequest: number | null) =>
    connectRedis(config.REDIS_URL, { maxRetriesPerRequest }).on('error', () => {});
  /** Commands of the queue fail soon while Redis is away; a worker's wait for it. */
  const forQueue = connect(1);
  const forWorkers: (Redis | Cluster)[] = [];
  /** Its braces keep all keys of the queue on one node of a cluster, as its scripts need. */
  const prefix = '{lendwell}';
  return {
    openQueue: () => new Queue(name, { connection: forQueue, prefix } as QueueOptions),
    openWorker(run, concurrency) {
      const connection = connect(null);
      forWorkers.push(connection);
      return new Worker(name, run, { ...workerOptions, connection, prefix, concurrency } as WorkerOptions);
    },
    ping: async () => (await forQueue.ping()) === 'PONG',
    closeWorkers: async () => {
      for (const connection of forWorkers.splice(0)) connection.disconnect();
    },
    close: async () => forQueue.disconnect(),
  };
}

/** One line when the queue is in trouble, not one for each try. */
function quiet({ log }: Deps): (error: Error) => void {
  let last = 0;
  return (err) => {
    const now = performance.now();
    if (last && now - last < 30_000) return;
    last = now;
    log.warn({ err }, 'the job queue is in trouble; it keeps trying');
  };
}

function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the queue did not answer in time')), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
