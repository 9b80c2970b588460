/**
 * Calls in both directions, and the loop that everything in the isolate runs from.
 *
 * Three ways in and out: frames from the host arrive on `input`; while a synchronous call waits,
 * its reply, and calls of the host that are part of answering it, arrive on `replies`; all frames
 * to the host go out through one writer.
 *
 * The loop blocks in `read` whenever the event loop has nothing else to wait for, which is the
 * fastest way to take the next frame; otherwise it reads asynchronously, so that timers and other
 * operations go on. Now and then it goes through the event loop even when idle, for the sake of
 * what only that runs: finalizers, above all.
 */

import {
  MapCtor,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  MapPrototypeSize,
  PromiseCtor,
  PromisePrototypeThen,
  PromiseResolve,
  put,
  ReflectApply,
  SetCtor,
  SetPrototypeAdd,
  SetPrototypeDelete,
  SetPrototypeHas,
  TypeErrorCtor,
  Uint8ArrayCtor,
  uncurryGetter,
  uncurryThis,
} from "./primordials.js";
import * as wire from "../../wire/guest.js";
import { Decoder, Encoded, Encoder, MarshalFailure } from "./marshal.js";
import {
  findExport,
  FIRST_EXPORT,
  releaseExport,
  setReleaseListener,
  takeReleases,
} from "./handles.js";
import { onceAborted } from "./abort_listeners.js";
import { asGuestError } from "./errors.js";
import { SETTLE } from "./operations.js";
import {
  exit,
  hasPendingWork,
  isPromise,
  promiseDetails,
  queueTask,
  runMicrotasks,
  timersFired,
} from "./engine.js";

const isAborted = uncurryGetter(AbortSignal.prototype, "aborted");
const abortReason = uncurryGetter(AbortSignal.prototype, "reason");

/** Frames that the loop handles before it lets the event loop have a turn. */
const TURN = 256;
/** Bytes of calls in flight that may wait for the host; the rest waits here. */
const WINDOW_BYTES = 64 * 1024 * 1024;

/** Exit status of an isolate that has no room for a message; `launch.py` knows it, too. */
const NO_ROOM = 71;

/** @typedef {import("../../wire/guest.js").Frame} Frame */
/** @typedef {{ resolve: (value: any) => void, reject: (reason: any) => void, size: number, stopListening: (() => void) | undefined }} Pending */
/** @typedef {{ body: string, flags: number, segments: Uint8Array[], encoder: Encoder }} Message */
/** @typedef {{ id: number, target: number, message: Message, pending: Pending }} Waiting */

/** @type {{ calls: number, depth: number, nesting: number }} */
let limits;
/** @type {wire.FrameWriter} */
let writer;
/** @type {wire.FrameReader} */
let input;
/** @type {wire.FrameReader} */
let replies;
/** @type {(bytes: Uint8Array) => Promise<number | null>} */
let readInput;

/** Operations and other targets below FIRST_EXPORT. @type {((...args: any[]) => any)[]} */
const operations = [];
/** @param {number} id @param {(...args: any[]) => any} handler */
export const defineOperation = (id, handler) => {
  operations[id] = handler;
};

let nextCall = 1;
/** @type {Map<number, Pending>} */
const calls = new MapCtor();
let bytesInFlight = 0;
/** @type {Waiting[]} */
let waiting = [];
let waitingStart = 0;
/** Calls of the host that are being worked on. @type {Set<number>} */
const serving = new SetCtor();
/** Replies that arrived while an inner synchronous call was waiting. @type {Map<number, Frame>} */
const early = new MapCtor();
/** What came with those and must stay alive until they are answered. @type {Map<number, object[]>} */
const kept = new MapCtor();
let nesting = 0;

let exchanged = 0;
/**
 * Changes when a message comes or goes, and when a timer calls back: while it stays the same, the
 * guest has not waited for anything.
 */
export const eventsSoFar = () => exchanged + timersFired();

let pumping = false;
let flushScheduled = false;

/** Milliseconds that a message without an answer may wait for the code that runs to finish. */
const POST_WAIT = 1;
const performanceObject = performance;
const now = uncurryThis(Performance.prototype.now);
let flushedAt = 0;

/** Send what was written at once. */
export function flush() {
  flushScheduled = false;
  flushedAt = now(performanceObject);
  sendReleases();
  writer.flush();
}

/** Make sure that what was written goes out once the code that runs now has finished. */
function scheduleFlush() {
  if (pumping || flushScheduled) return;
  flushScheduled = true;
  PromisePrototypeThen(PromiseResolve(), flush);
}

function sendReleases() {
  const pairs = takeReleases();
  if (pairs.length > 0) {
    writer.frame(wire.RELEASE, 0, 0, 0, new Encoder(1).encode(pairs), []);
  }
}
setReleaseListener(scheduleFlush);

/** @param {Frame} frame @returns {any} */
const decodeBody = (frame) =>
  (frame.flags & wire.TAGGED) === 0 ? frame.body : new Decoder(frame.segments).walk(frame.body);

/** The mark to rewind an encoder to when nothing of its message goes out. */
const NOTHING = { known: 0, sent: 0 };

/**
 * @param {any[]} args
 * @returns {Message}
 */
function encodeArguments(args) {
  const encoder = new Encoder(limits.depth);
  try {
    const body = encoder.encode(args, true);
    return { body, flags: encoder.tagged ? wire.TAGGED : 0, segments: encoder.segments, encoder };
  } catch (failure) {
    encoder.rewind(NOTHING);
    throw asGuestError(failure, "args");
  }
}

/**
 * @param {number} kind RETURN or THROW
 * @param {number} id
 * @param {any} value
 */
function reply(kind, id, value) {
  if (!SetPrototypeDelete(serving, id)) return; // cancelled meanwhile
  MapPrototypeDelete(kept, id);
  try {
    writeReply(kind, id, value);
  } catch (failure) {
    try {
      writeReply(wire.THROW, id, asFailureNode(failure) ?? failure);
    } catch (second) {
      const node = asFailureNode(second) ?? new Encoded(["!", "result", "it cannot be marshalled"]);
      writeReply(wire.THROW, id, node);
    }
  }
}

/** @param {unknown} failure */
function asFailureNode(failure) {
  if (failure instanceof MarshalFailure) {
    return new Encoded(["!", failure.path("result"), failure.reason]);
  }
  if (failure instanceof wire.FrameTooLarge) return new Encoded(["!", "result", failure.reason]);
  return undefined;
}

/** @param {number} kind @param {number} id @param {any} value */
function writeReply(kind, id, value) {
  const encoder = new Encoder(limits.depth);
  try {
    const body = value === undefined ? "" : encoder.encode(value);
    writer.frame(kind, encoder.tagged ? wire.TAGGED : 0, id, 0, body, encoder.segments);
  } catch (failure) {
    encoder.rewind(NOTHING);
    throw failure;
  }
}

/** @param {Frame} frame @param {boolean} nested the guest is blocked in a call of its own */
function serve(frame, nested) {
  const { id, target } = frame;
  SetPrototypeAdd(serving, id);
  let result;
  try {
    let args = frame.body;
    if ((frame.flags & wire.TAGGED) !== 0) {
      const decoder = new Decoder(frame.segments);
      args = decoder.walk(args);
      if (decoder.kept !== null) MapPrototypeSet(kept, id, decoder.kept);
    }
    const handler = target < FIRST_EXPORT ? operations[target] : findExport(target)?.value;
    if (typeof handler !== "function") {
      throw new TypeErrorCtor("the reference has been released, or is not a function");
    }
    result = ReflectApply(handler, undefined, args);
  } catch (error) {
    reply(wire.THROW, id, error);
    return;
  }
  if (!isPromise(result)) {
    reply(wire.RETURN, id, result);
  } else if (nested) {
    const details = promiseDetails(result);
    if (details[0] === 1) reply(wire.RETURN, id, details[1]);
    else if (details[0] === 2) {
      PromisePrototypeThen(result, undefined, () => {});
      reply(wire.THROW, id, details[1]);
    } else reply(wire.THROW, id, new Encoded(["!b"]));
  } else {
    try {
      PromisePrototypeThen(
        result,
        (/** @type {any} */ value) => settle(wire.RETURN, id, value),
        (/** @type {any} */ error) => settle(wire.THROW, id, error),
      );
    } catch (error) {
      reply(wire.THROW, id, error); // user code has broken the species of its promises
    }
  }
}

/** @param {number} kind @param {number} id @param {any} value */
function settle(kind, id, value) {
  reply(kind, id, value);
  scheduleFlush();
}

/** @param {Frame} frame */
function post(frame) {
  let args;
  try {
    args = decodeBody(frame);
  } catch (error) {
    if (frame.target !== SETTLE) throw error;
    args = [frame.body[0], false, error]; // what the promise should have become cannot exist here
  }
  const handler = frame.target < FIRST_EXPORT
    ? operations[frame.target]
    : findExport(frame.target)?.value;
  ReflectApply(handler, undefined, args);
}

/** @param {Frame} frame */
function settleCall(frame) {
  const pending = MapPrototypeGet(calls, frame.id);
  if (pending === undefined) return; // aborted meanwhile
  MapPrototypeDelete(calls, frame.id);
  bytesInFlight -= pending.size;
  if (pending.stopListening !== undefined) pending.stopListening();
  try {
    const value = decodeBody(frame);
    if (frame.kind === wire.RETURN) pending.resolve(value);
    else pending.reject(value);
  } catch (error) {
    pending.reject(error);
  }
  sendWaiting();
}

/** @param {Frame} frame */
function handle(frame) {
  switch (frame.kind) {
    case wire.RETURN:
    case wire.THROW:
      return settleCall(frame);
    case wire.CALL:
      return serve(frame, false);
    case wire.POST:
      return post(frame);
    case wire.CANCEL:
      if (SetPrototypeHas(serving, frame.id)) reply(wire.THROW, frame.id, new Encoded(["!c"]));
      return;
    case wire.RELEASE:
      for (let i = 0; i < frame.body.length; i += 2) {
        releaseExport(frame.body[i], frame.body[i + 1]);
      }
      return;
    default:
      exit(70);
  }
}

/**
 * @param {number} kind
 * @param {number} id
 * @param {number} target
 * @param {Message} message
 * @param {number} [sync]
 */
function writeChecked(kind, id, target, message, sync = 0) {
  try {
    return writer.frame(kind, message.flags | sync, id, target, message.body, message.segments);
  } catch (failure) {
    message.encoder.rewind(NOTHING);
    throw asGuestError(failure, "args");
  }
}

/** @param {Waiting} call */
function sendCall(call) {
  const size = writeChecked(wire.CALL, call.id, call.target, call.message);
  call.pending.size = size;
  bytesInFlight += size;
  MapPrototypeSet(calls, call.id, call.pending);
}

const windowOpen = () => MapPrototypeSize(calls) < limits.calls && bytesInFlight < WINDOW_BYTES;

function sendWaiting() {
  if (waitingStart === waiting.length) return;
  while (waitingStart < waiting.length && windowOpen()) {
    const call = waiting[waitingStart];
    // @ts-ignore: the slot is never read again
    waiting[waitingStart++] = undefined;
    try {
      sendCall(call);
    } catch (error) {
      call.pending.reject(error);
    }
  }
  if (waitingStart === waiting.length) {
    waiting = [];
    waitingStart = 0;
  }
  scheduleFlush();
}

/** @returns {number} */
function takeCallId() {
  const id = nextCall;
  nextCall = id === 0xffffffff ? 1 : id + 1;
  return id;
}

/**
 * Call a host function without waiting.
 * @param {number} target
 * @param {any[]} args
 * @param {AbortSignal} [signal] cancels the call on the host
 * @returns {Promise<any>}
 */
export function callAsync(target, args, signal) {
  exchanged++;
  return new PromiseCtor((resolve, reject) => {
    const message = encodeArguments(args);
    const id = takeCallId();
    const pending = { resolve, reject, size: 0, stopListening: undefined };
    const call = { id, target, message, pending };
    if (windowOpen() && waitingStart === waiting.length) {
      sendCall(call);
      scheduleFlush();
    } else {
      // What waits must not change with the buffers of user code.
      const { segments } = message;
      for (let i = 0; i < segments.length; i++) segments[i] = new Uint8ArrayCtor(segments[i]);
      put(waiting, waiting.length, call);
    }
    if (signal !== undefined) abortWith(signal, id, pending);
  });
}

/** @param {AbortSignal} signal @param {number} id @param {Pending} pending */
function abortWith(signal, id, pending) {
  const aborted = () => {
    const reason = abortReason(signal);
    const sent = MapPrototypeGet(calls, id) === pending;
    if (sent) {
      // The entry stays until the host has answered, so that the window stays true.
      writer.frame(wire.CANCEL, 0, id, 0, "", []);
      scheduleFlush();
    } else {
      for (let i = waitingStart; i < waiting.length; i++) {
        if (waiting[i].pending === pending) {
          waiting[i].message.encoder.rewind(NOTHING);
          for (let j = i; j > waitingStart; j--) waiting[j] = waiting[j - 1];
          waitingStart++;
          break;
        }
      }
    }
    pending.reject(reason);
  };
  if (isAborted(signal)) {
    aborted();
    return;
  }
  // A signal may live much longer than the calls that it could have aborted.
  pending.stopListening = onceAborted(signal, aborted);
}

/**
 * Call a host function and block until it has answered.
 * @param {number} target
 * @param {any[]} args
 * @returns {any}
 */
export function callSync(target, args) {
  exchanged++;
  if (nesting >= limits.nesting) {
    throw new TypeErrorCtor(
      `synchronous calls nested deeper than Limits.nesting (${limits.nesting})`,
    );
  }
  const message = encodeArguments(args);
  const id = takeCallId();
  sendReleases();
  writeChecked(wire.CALL, id, target, message, wire.SYNC);
  writer.flush();
  nesting++;
  try {
    const frame = awaitReply(id);
    const value = decodeBody(frame);
    if (frame.kind === wire.THROW) throw value;
    return value;
  } finally {
    nesting--;
  }
}

/** Whether a synchronous call waits, so that the event loop stands still. */
export const isBlocked = () => nesting > 0;

/** @param {number} id @returns {Frame} */
function awaitReply(id) {
  for (;;) {
    const known = MapPrototypeGet(early, id);
    if (known !== undefined) {
      MapPrototypeDelete(early, id);
      return known;
    }
    if (!replies.wait()) exit(0);
    const frame = take(replies);
    if (frame.kind === wire.CALL) {
      serve(frame, true);
      writer.flush();
    } else if (frame.id === id) {
      return frame;
    } else {
      MapPrototypeSet(early, frame.id, frame);
    }
  }
}

/** Send a message that has no answer. @param {number} target @param {any[]} args */
export function postToHost(target, args) {
  exchanged++;
  writeChecked(wire.POST, 0, target, encodeArguments(args));
  // Code that never finishes is killed, and what it said until then is wanted most.
  if (now(performanceObject) - flushedAt >= POST_WAIT) flush();
  else scheduleFlush();
}

/** @param {wire.FrameReader} reader @returns {Frame} */
function take(reader) {
  exchanged++;
  try {
    return reader.take();
  } catch {
    return exit(NO_ROOM);
  }
}

/** Called when there is nothing to do but wait for what the host wants next. */
/** @type {(() => void) | null} */
let idle = null;
/** @param {() => void} listener */
export const onIdle = (listener) => {
  idle = listener;
};
/** Calls that the host owes an answer to. */
export const owedAnswers = () => MapPrototypeSize(calls) + waiting.length - waitingStart;

function pump() {
  pumping = true;
  for (let turn = 1;; turn++) {
    while (input.ready) {
      handle(take(input));
      runMicrotasks();
    }
    flush();
    if (turn === TURN || hasPendingWork()) break;
    if (idle !== null && owedAnswers() === 0) {
      idle();
      flush();
    }
    if (!input.wait()) exit(0);
  }
  pumping = false;
  PromisePrototypeThen(readInput(input.space()), inputArrived, () => exit(0));
}

/** @param {number | null} count */
function inputArrived(count) {
  if (count === null || count === 0) exit(0);
  input.filled(/** @type {number} */ (count));
  queueTask(pump);
}

/**
 * @param {object} parts
 * @param {typeof limits} parts.limits
 * @param {wire.FrameWriter} parts.writer
 * @param {wire.FrameReader} parts.input
 * @param {wire.FrameReader} parts.replies
 * @param {typeof readInput} parts.readInput
 * @param {any} ready what to tell the host first
 */
export function start(parts, ready) {
  ({ limits, writer, input, replies, readInput } = parts);
  writer.frame(wire.READY, 0, 0, 0, new Encoder(4).encode(ready), []);
  writer.flush();
  queueTask(pump);
}
