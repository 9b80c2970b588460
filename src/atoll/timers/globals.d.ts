declare function setTimeout<T extends any[]>(
  handler: (...args: T) => void,
  timeout?: number,
  ...args: T
): number;
declare function setInterval<T extends any[]>(
  handler: (...args: T) => void,
  timeout?: number,
  ...args: T
): number;
declare function clearTimeout(id?: number): void;
declare function clearInterval(id?: number): void;
