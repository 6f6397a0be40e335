declare module 'jstat' {
  export const jStat: {
    mean(values: number[]): number;
    median(values: number[]): number;
    /** Of a sample, where `isSample`. */
    stdev(values: number[], isSample: boolean): number;
    studentt: { inv(probability: number, degreesOfFreedom: number): number };
  };
}
