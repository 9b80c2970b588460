interface ImportMeta {
  readonly url: string;
  readonly main: boolean;
  resolve(specifier: string): string;
}
