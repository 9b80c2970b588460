/**
 * Turns of the event loop, in which the engine reports what nobody has handled.
 *
 * A message to ourselves is the quickest way to one: timers wait a millisecond, and tasks of the
 * engine's own queue are run before it looks at rejections.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

const ChannelCtor = MessageChannel;

/** @param {Atoll} atoll */
export function createTurns({ engine, primordials }) {
  const {
    ArrayPrototype,
    PromiseCtor,
    ReflectGetOwnPropertyDescriptor,
    uncurryGetter,
    uncurryThis,
  } = primordials;
  const postMessage = uncurryThis(MessagePort.prototype.postMessage);
  const close = uncurryThis(MessagePort.prototype.close);
  const setListener = uncurryThis(
    ReflectGetOwnPropertyDescriptor(MessagePort.prototype, "onmessage")?.set,
  );
  const first = uncurryGetter(MessageChannel.prototype, "port1");
  const second = uncurryGetter(MessageChannel.prototype, "port2");

  /** @type {any} */
  let channel = null;
  /** @type {{ wake: () => void, next: any } | null} */
  let oldest = null;
  /** @type {{ wake: () => void, next: any } | null} */
  let newest = null;

  function arrived() {
    if (oldest === null) return;
    const { wake, next } = oldest;
    oldest = next;
    if (oldest === null) newest = null;
    wake();
  }

  return {
    /** The next turn. @returns {Promise<void>} */
    turn: () =>
      new PromiseCtor((resolve) => {
        if (0 in ArrayPrototype) {
          // The engine's own ports lose their messages to a setter that a test has put there.
          engine.setTimer(resolve, 1);
          return;
        }
        if (channel === null) {
          channel = new ChannelCtor();
          setListener(second(channel), arrived);
        }
        const waiting = { wake: resolve, next: null };
        if (newest === null) oldest = waiting;
        else newest.next = waiting;
        newest = waiting;
        postMessage(first(channel), 0);
      }),
    /** While a channel is open, the isolate's process waits for its messages, too. */
    close() {
      if (channel === null) return;
      close(first(channel));
      close(second(channel));
      channel = oldest = newest = null;
    },
  };
}
