/** Writes a line to standard output. */
declare function print(...values: unknown[]): void;
/** Text of `--input` or standard input. */
declare const input: string | null;
/** What follows `--`. */
declare const args: string[];
