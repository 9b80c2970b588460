interface ParsedPath {
  root: string;
  dir: string;
  base: string;
  ext: string;
  name: string;
}
interface PathModule {
  resolve(...paths: string[]): string;
  normalize(path: string): string;
  isAbsolute(path: string): boolean;
  join(...paths: string[]): string;
  relative(from: string, to: string): string;
  toNamespacedPath(path: string): string;
  dirname(path: string): string;
  basename(path: string, suffix?: string): string;
  extname(path: string): string;
  format(path: Partial<ParsedPath>): string;
  parse(path: string): ParsedPath;
  readonly sep: "/" | "\\";
  readonly delimiter: ":" | ";";
  readonly posix: PathModule;
  readonly win32: PathModule;
}
declare var path: PathModule;
