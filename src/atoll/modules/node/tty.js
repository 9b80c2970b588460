/** `node:tty` where there is no terminal. */

export const isatty = () => false;

/** What only a terminal has. */
class NoTerminal {
  constructor() {
    throw new Error("an isolate has no terminal");
  }
}

export class ReadStream extends NoTerminal {}
export class WriteStream extends NoTerminal {}

export default { isatty, ReadStream, WriteStream };
