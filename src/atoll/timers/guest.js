/**
 * Timers as the HTML Standard § 8.7 has them, on a clock that is the machine's or the owner's.
 *
 * The timers themselves are here, in a heap ordered by time and then creation, so that both modes
 * run them in the same order. In real time, one timer of the engine wakes us for the first of them;
 * in manual time, nothing runs but in `tick`.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/**
 * @typedef {object} Timer
 * @property {number} id 0 for one that user code cannot clear
 * @property {number} due milliseconds on the clock
 * @property {number} sequence order of creation
 * @property {number} index place in the heap, -1 outside
 * @property {number} interval milliseconds, -1 for a timeout
 * @property {number} level how many timers made each other to make this one
 * @property {string | ((...args: any[]) => any)} handler a string is a script
 * @property {any[]} args
 */

/** Milliseconds of callbacks before the host is listened to again. */
const SLICE = 8;
/** The longest delay of Web IDL's `long`, and of the engine. */
const LONGEST = 2 ** 31 - 1;
/**
 * From this nesting level on, a delay is at least a millisecond. The standard has 4 ms, which saves
 * a page's battery; here the point is that `tick` comes to an end.
 */
const NESTED = 5;

/**
 * @param {Atoll} atoll
 * @param {object} options
 * @param {boolean} options.manual
 * @param {number} options.limit timers that may be pending
 * @param {boolean} options.virtualDate
 * @param {number} options.start manual time, milliseconds since the epoch
 */
export default function install(atoll, options) {
  const { engine, exposeFunction, primordials, reportException } = atoll;
  const {
    MapCtor,
    MapPrototypeDelete,
    MapPrototypeGet,
    MapPrototypeHas,
    MapPrototypeSet,
    MapPrototypeSize,
    QuotaExceededErrorCtor,
    ReflectApply,
  } = primordials;
  const { manual, limit } = options;
  const queue = timerQueue(primordials);
  /** Pending timers that user code can clear. @type {Map<number, Timer>} */
  const timers = new MapCtor();
  let lastId = 0;
  let lastSequence = 0;
  let level = 0;
  let clock = options.start;
  const now = manual ? () => clock : engine.monotonicNow;

  function takeId() {
    do lastId = lastId === LONGEST ? 1 : lastId + 1; while (MapPrototypeHas(timers, lastId));
    return lastId;
  }

  /**
   * "Timer initialization steps" of the HTML Standard.
   * @param {any} handler
   * @param {any} timeout
   * @param {any[]} args
   * @param {boolean} repeat
   */
  function initialize(handler, timeout, args, repeat) {
    if (typeof handler !== "function") handler = `${handler}`;
    let delay = timeout | 0;
    if (MapPrototypeSize(timers) >= limit) {
      throw new QuotaExceededErrorCtor(
        `${limit} timers are pending, which is as many as this isolate may have`,
        { __proto__: null, quota: limit, requested: limit + 1 },
      );
    }
    delay = atLeast(delay, level);
    const timer = {
      id: takeId(),
      due: now() + delay,
      sequence: ++lastSequence,
      index: -1,
      interval: repeat ? delay : -1,
      level: level + 1,
      handler,
      args,
    };
    MapPrototypeSet(timers, timer.id, timer);
    queue.add(timer);
    arm();
    return timer.id;
  }

  /** @param {any} id */
  function clear(id) {
    const timer = MapPrototypeGet(timers, id | 0);
    if (timer === undefined) return;
    MapPrototypeDelete(timers, timer.id);
    if (timer.index >= 0) queue.remove(timer);
    if (queue.size() === 0) disarm();
  }

  /** @param {Timer} timer that has left the queue */
  function fire(timer) {
    if (timer.interval < 0) MapPrototypeDelete(timers, timer.id);
    level = timer.level;
    try {
      if (typeof timer.handler === "string") runScript(timer.handler);
      else ReflectApply(timer.handler, globalThis, timer.args);
    } catch (error) {
      reportException(error);
    }
    if (timer.interval >= 0 && MapPrototypeGet(timers, timer.id) === timer) {
      timer.interval = atLeast(timer.interval, timer.level);
      if (timer.level <= NESTED) timer.level++;
      timer.due = now() + timer.interval;
      timer.sequence = ++lastSequence;
      queue.add(timer);
    }
    engine.runMicrotasks();
    level = 0;
  }

  /** @param {string} source */
  function runScript(source) {
    const outcome = engine.runScript(`${source}\n//# sourceURL=<timer>`, "atoll:script");
    if (outcome[1] !== null) throw outcome[1].thrown;
  }

  // Real time

  /** The engine's timer, and when it comes. @type {object | null} */
  let armed = null;
  let armedFor = 0;

  function arm() {
    if (manual || queue.size() === 0) return;
    const { due } = queue.first();
    if (armed !== null) {
      if (armedFor <= due) return;
      engine.clearTimer(armed);
    }
    const wait = due - now();
    armedFor = due;
    // Rounded up: the engine's clock counts whole milliseconds.
    armed = engine.setTimer(wake, wait < 1 ? 1 : wait >= LONGEST ? LONGEST : (wait | 0) + 1);
  }

  function disarm() {
    if (armed !== null) engine.clearTimer(armed);
    armed = null;
  }

  function wake() {
    armed = null;
    const started = now();
    // What becomes due meanwhile waits for the next turn, so that the host is heard in between.
    while (
      queue.size() > 0 && queue.first().due <= started && now() - started < SLICE
    ) fire(queue.take());
    arm();
  }

  // Manual time

  /** @param {number} milliseconds @returns {boolean} false when user code is half-way through */
  function tick(milliseconds) {
    if (atoll.isBlocked()) return false;
    const target = clock + milliseconds;
    engine.runMicrotasks();
    while (queue.size() > 0 && queue.first().due <= target) {
      const timer = queue.take();
      if (timer.due > clock) clock = timer.due;
      fire(timer);
    }
    clock = target;
    return true;
  }

  exposeFunction("setTimeout", (handler, timeout = 0, ...args) => {
    return initialize(handler, timeout, args, false);
  }, 1);
  exposeFunction("setInterval", (handler, timeout = 0, ...args) => {
    return initialize(handler, timeout, args, true);
  }, 1);
  exposeFunction("clearTimeout", (id = 0) => clear(id), 0);
  exposeFunction("clearInterval", (id = 0) => clear(id), 0);

  if (options.virtualDate) {
    followClock(atoll, () => clock, options.start, (delay, handler) => {
      queue.add({
        id: 0,
        due: clock + delay,
        sequence: ++lastSequence,
        index: -1,
        interval: -1,
        level: 0,
        handler,
        args: [],
      });
    });
  }

  const handle = {
    __proto__: null,
    tick,
    pending: () => MapPrototypeSize(timers),
    /** Milliseconds until the first timer, or null. */
    next: () => queue.size() === 0 ? null : queue.first().due - now(),
    /** Milliseconds until the last of those that are pending now; -Infinity without any. */
    last: () => queue.last() - now(),
    /** Set the manual clock: every timer stays as far ahead as it was. @param {number} time */
    set: (time) => {
      queue.shift(time - clock);
      clock = time;
    },
    clearAll: () => {
      primordials.MapPrototypeForEach(timers, (/** @type {Timer} */ timer) => clear(timer.id));
    },
  };
  atoll.services.timers = handle;
  return handle;
}

/** @param {number} delay @param {number} level */
const atLeast = (delay, level) => level > NESTED && delay < 1 ? 1 : delay < 0 ? 0 : delay;

/**
 * A binary heap. The array has no prototype, so no setter that user code has put there is called.
 * @param {Atoll["primordials"]} primordials
 */
function timerQueue({ ReflectSetPrototypeOf }) {
  /** @type {Timer[]} */
  const heap = [];
  ReflectSetPrototypeOf(heap, null);

  /** @param {Timer} a @param {Timer} b */
  const before = (a, b) => a.due < b.due || a.due === b.due && a.sequence < b.sequence;
  /** @param {Timer} timer @param {number} index */
  const place = (timer, index) => {
    heap[index] = timer;
    timer.index = index;
  };

  /** @param {Timer} timer @param {number} index */
  function rise(timer, index) {
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!before(timer, heap[parent])) break;
      place(heap[parent], index);
      index = parent;
    }
    place(timer, index);
  }

  /** @param {Timer} timer @param {number} index */
  function sink(timer, index) {
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1], heap[child])) child++;
      if (!before(heap[child], timer)) break;
      place(heap[child], index);
      index = child;
    }
    place(timer, index);
  }

  /** @param {Timer} timer */
  function remove(timer) {
    const { index } = timer;
    const last = heap[heap.length - 1];
    heap.length--;
    timer.index = -1;
    if (last === timer) return;
    if (index > 0 && before(last, heap[(index - 1) >> 1])) rise(last, index);
    else sink(last, index);
  }

  return {
    size: () => heap.length,
    first: () => heap[0],
    last: () => {
      let latest = -Infinity;
      for (let i = 0; i < heap.length; i++) if (heap[i].due > latest) latest = heap[i].due;
      return latest;
    },
    /** @param {number} milliseconds */
    shift: (milliseconds) => {
      for (let i = 0; i < heap.length; i++) heap[i].due += milliseconds;
    },
    /** @param {Timer} timer */
    add: (timer) => rise(timer, heap.length),
    remove,
    take: () => {
      const timer = heap[0];
      remove(timer);
      return timer;
    },
  };
}

/**
 * Make everything in the realm that tells the time, or waits for it, follow a clock.
 * @param {Atoll} atoll
 * @param {() => number} clock milliseconds since the epoch
 * @param {number} start where it began
 * @param {(delay: number, callback: () => void) => void} after
 */
function followClock(atoll, clock, start, after) {
  const { replaceMethod } = atoll;
  const { MathFloor, ReflectApply } = atoll.primordials;
  const now = () => MathFloor(clock());
  overrideDate(atoll, now);
  overrideTemporal(atoll, now);
  overrideFormats(atoll, now);
  overrideTimeout(atoll, after);

  const { prototype } = Performance;
  replaceMethod(prototype, "now", (original) => (self, args) => {
    ReflectApply(original, self, args); // for the check of its receiver
    return clock() - start;
  });
  replaceMethod(prototype, "timeOrigin", (original) => (self, args) => {
    ReflectApply(original, self, args);
    return start;
  });
  overrideMarks(atoll, () => clock() - start);
  overrideFiles(atoll, now);
}

/**
 * Put a proxy in the place of a class of the global scope: another set of arguments for `new`.
 * @param {Atoll} atoll
 * @param {string} name
 * @param {any} Class
 * @param {(args: any[]) => any[]} complete
 * @param {() => any} [apply] what it gives when it is called without `new`
 */
function overrideConstructor({ defineGlobal, primordials }, name, Class, complete, apply) {
  const { ObjectDefineProperty, ProxyCtor, ReflectConstruct } = primordials;
  const proxy = new ProxyCtor(Class, {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    apply,
    construct: (_target, args, newTarget) => ReflectConstruct(Class, complete(args), newTarget),
  });
  const descriptor = {
    __proto__: /** @type {any} */ (null),
    value: proxy,
    configurable: true,
    enumerable: false,
    writable: true,
  };
  ObjectDefineProperty(Class.prototype, "constructor", descriptor);
  defineGlobal(name, descriptor);
}

/** @param {any} value */
const isMissing = (value) => value === undefined || value === null;

/**
 * What User Timing takes for the time when it is given none.
 * @param {Atoll} atoll
 * @param {() => number} now
 */
function overrideMarks(atoll, now) {
  const { primordials: { ReflectApply }, replaceMethod } = atoll;
  /** @param {any} options of a mark */
  const withStart = (options) => {
    const startTime = isMissing(options) ? undefined : options.startTime;
    const detail = isMissing(options) ? undefined : options.detail;
    return { __proto__: null, detail, startTime: startTime === undefined ? now() : startTime };
  };
  /** @param {any[]} args */
  const completeMark = (args) =>
    args.length > 0 && (isMissing(args[1]) || typeof args[1] === "object")
      ? [args[0], withStart(args[1])]
      : args;
  /** @param {any[]} args */
  const completeMeasure = (args) => {
    if (args.length === 0 || args[2] !== undefined) return args;
    if (isMissing(args[1])) return [args[0], { __proto__: null, end: now() }];
    if (typeof args[1] !== "object") {
      return [args[0], { __proto__: null, start: `${args[1]}`, end: now() }];
    }
    const { detail, duration, end, start } = args[1];
    if (end !== undefined || (start !== undefined && duration !== undefined)) return args;
    return [args[0], { __proto__: null, detail, duration, end: now(), start }];
  };
  const { prototype } = Performance;
  replaceMethod(
    prototype,
    "mark",
    (original) => (self, args) => ReflectApply(original, self, completeMark(args)),
  );
  replaceMethod(
    prototype,
    "measure",
    (original) => (self, args) => ReflectApply(original, self, completeMeasure(args)),
  );
  overrideConstructor(atoll, "PerformanceMark", PerformanceMark, completeMark);
}

/**
 * The time of a file that is made without one.
 * @param {Atoll} atoll
 * @param {() => number} now
 */
function overrideFiles(atoll, now) {
  overrideConstructor(atoll, "File", File, (args) => {
    if (args.length < 2) return args;
    const options = args[2];
    if (isMissing(options)) return [args[0], args[1], { __proto__: null, lastModified: now() }];
    if (typeof options !== "object") return args;
    const { endings, type, lastModified } = options;
    return [args[0], args[1], {
      __proto__: null,
      endings,
      type,
      lastModified: lastModified === undefined ? now() : lastModified,
    }];
  });
}

/**
 * `Date` is a proxy of itself: same prototype, same properties, same kind of objects.
 * @param {Atoll} atoll
 * @param {() => number} now
 */
function overrideDate(atoll, now) {
  const { DateCtor, uncurryThis } = atoll.primordials;
  const toString = uncurryThis(DateCtor.prototype.toString);
  atoll.replaceMethod(DateCtor, "now", () => now);
  overrideConstructor(
    atoll,
    "Date",
    DateCtor,
    (args) => args.length === 0 ? [now()] : args,
    () => toString(new DateCtor(now())),
  );
}

/**
 * @param {Atoll} atoll
 * @param {() => number} now
 */
function overrideTemporal({ primordials: { ReflectApply }, replaceMethod }, now) {
  // @ts-ignore: the engine's types do not have it yet
  const { Instant, Now, ZonedDateTime } = Temporal;
  const { fromEpochMilliseconds } = Instant;
  const { timeZoneId } = Now;
  const { toZonedDateTimeISO } = Instant.prototype;
  const { toPlainDate, toPlainDateTime, toPlainTime } = ZonedDateTime.prototype;
  const instant = () => fromEpochMilliseconds(now());
  const here = (/** @type {any} */ zone) =>
    ReflectApply(toZonedDateTimeISO, instant(), [zone === undefined ? timeZoneId() : zone]);
  const part =
    (/** @type {any} */ convert) => () => (/** @type {any} */ _, /** @type {any} */ args) =>
      ReflectApply(convert, here(args[0]), []);
  replaceMethod(Now, "instant", () => instant);
  replaceMethod(Now, "zonedDateTimeISO", () => (_self, args) => here(args[0]));
  replaceMethod(Now, "plainDateISO", part(toPlainDate));
  replaceMethod(Now, "plainDateTimeISO", part(toPlainDateTime));
  replaceMethod(Now, "plainTimeISO", part(toPlainTime));
}

/**
 * A format that is given no date formats the present.
 * @param {Atoll} atoll
 * @param {() => number} now
 */
function overrideFormats({ primordials, replaceMethod }, now) {
  const { ProxyCtor, ReflectApply, WeakMapCtor, WeakMapPrototypeGet, WeakMapPrototypeSet } =
    primordials;
  const withDate = (/** @type {any[]} */ args) => args[0] === undefined ? [now()] : args;
  const { prototype } = Intl.DateTimeFormat;
  replaceMethod(
    prototype,
    "formatToParts",
    (original) => (self, args) => ReflectApply(original, self, withDate(args)),
  );
  /** The bound function of a format is always the same. */
  const bound = new WeakMapCtor();
  replaceMethod(prototype, "format", (original) => (self) => {
    const format = ReflectApply(original, self, []);
    let ours = WeakMapPrototypeGet(bound, format);
    if (ours === undefined) {
      ours = new ProxyCtor(format, {
        // @ts-ignore: __proto__ in a literal is the prototype
        __proto__: null,
        apply: (target, self, args) => ReflectApply(target, self, withDate(args)),
      });
      WeakMapPrototypeSet(bound, format, ours);
    }
    return ours;
  });
}

/**
 * `AbortSignal.timeout` of the DOM Standard.
 * @param {Atoll} atoll
 * @param {(delay: number, callback: () => void) => void} after
 */
function overrideTimeout({ primordials, replaceMethod }, after) {
  const { MAX_SAFE_INTEGER, MathTrunc, TypeErrorCtor, uncurryGetter, uncurryThis } = primordials;
  const AbortControllerCtor = AbortController;
  const DOMExceptionCtor = DOMException;
  const signalOf = uncurryGetter(AbortController.prototype, "signal");
  const abort = uncurryThis(AbortController.prototype.abort);
  replaceMethod(AbortSignal, "timeout", () => (_self, args) => {
    // Web IDL's conversion to [EnforceRange] unsigned long long
    const milliseconds = MathTrunc(+args[0]);
    if (!(milliseconds >= 0 && milliseconds <= MAX_SAFE_INTEGER)) {
      throw new TypeErrorCtor(
        "Failed to execute 'AbortSignal.timeout': Argument 1 is not a number of milliseconds " +
          "from 0 to 2 ** 53 - 1",
      );
    }
    const controller = new AbortControllerCtor();
    after(milliseconds, () => {
      abort(controller, new DOMExceptionCtor("Signal timed out.", "TimeoutError"));
    });
    return signalOf(controller);
  });
}
