/**
 * A stream twice, as bodies are cloned: ReadableStreamDefaultTee of the Streams Standard with
 * cloneForBranch2, which the `tee` that programs have does not do.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/** @param {Atoll} atoll */
export function createTee(atoll) {
  const { PromiseCtor, PromisePrototypeThen, uncurryThis } = atoll.primordials;
  const ReadableStreamCtor = /** @type {any} */ (ReadableStream);
  const getReader = uncurryThis(ReadableStream.prototype.getReader);
  const readerRead = uncurryThis(ReadableStreamDefaultReader.prototype.read);
  const readerCancel = uncurryThis(ReadableStreamDefaultReader.prototype.cancel);
  const enqueue = uncurryThis(ReadableStreamDefaultController.prototype.enqueue);
  const close = uncurryThis(ReadableStreamDefaultController.prototype.close);
  const errorStream = uncurryThis(ReadableStreamDefaultController.prototype.error);
  const clone = structuredClone;
  const pull = /** @type {any} */ ({ __proto__: null, highWaterMark: 0 });
  const ignore = () => {};

  /**
   * Streams Standard, ReadableStreamDefaultTee with cloneForBranch2.
   * @param {any} stream
   */
  function teeWithCopies(stream) {
    const reader = getReader(stream);
    let isReading = false;
    let readAgain = false;
    const cancelled = [false, false];
    /** @type {any[]} */
    const reasons = [undefined, undefined];
    /** @type {any[]} */
    const controllers = [null, null];
    /** @type {(value: any) => void} */
    let settle = ignore;
    const finished = new PromiseCtor((resolve) => {
      settle = resolve;
    });
    /** @param {(controller: any) => void} act */
    const each = (act) => {
      for (let i = 0; i < 2; i++) if (!cancelled[i]) act(controllers[i]);
    };
    const read = () => {
      if (isReading) {
        readAgain = true;
        return;
      }
      isReading = true;
      PromisePrototypeThen(readerRead(reader), (/** @type {any} */ result) => {
        isReading = false;
        if (result.done) {
          each((controller) => close(controller));
          settle(undefined);
          return;
        }
        readAgain = false;
        let copy = result.value;
        if (!cancelled[1]) {
          try {
            copy = clone(result.value);
          } catch (error) {
            each((controller) => errorStream(controller, error));
            PromisePrototypeThen(readerCancel(reader, error), ignore, ignore);
            settle(undefined);
            return;
          }
        }
        if (!cancelled[0]) enqueue(controllers[0], result.value);
        if (!cancelled[1]) enqueue(controllers[1], copy);
        if (readAgain) read();
      }, (/** @type {any} */ error) => {
        each((controller) => errorStream(controller, error));
        settle(undefined);
      });
    };
    /** @param {number} index */
    const branch = (index) =>
      new ReadableStreamCtor({
        __proto__: null,
        start: (/** @type {any} */ controller) => {
          controllers[index] = controller;
        },
        pull: read,
        cancel: (/** @type {any} */ reason) => {
          cancelled[index] = true;
          reasons[index] = reason;
          if (cancelled[1 - index]) settle(readerCancel(reader, [reasons[0], reasons[1]]));
          return finished;
        },
      }, pull);
    return [branch(0), branch(1)];
  }

  return teeWithCopies;
}
