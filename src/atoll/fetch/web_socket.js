/**
 * `WebSocket` and `CloseEvent` of the WebSockets Standard (https://websockets.spec.whatwg.org/),
 * and `WebSocketPair`, as Cloudflare Workers have it.
 *
 * A socket talks to a link, which is the host, or the other socket of its pair. One of a pair that
 * goes out with a response hands its part to the host, so that the host talks to the other one.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/**
 * @typedef {object} Link
 * @property {(data: string | Uint8Array) => Promise<any>} send settled when there is room again
 * @property {(code: number, reason: string) => Promise<any>} close after what was sent
 * @property {() => void} abort
 */
/**
 * @typedef {object} Callbacks that take the place of events
 * @property {() => any} open
 * @property {(data: any) => any} message
 * @property {(code: number, reason: string, wasClean: boolean) => any} close
 * @property {(error: any) => any} error
 */
/** @typedef {ReturnType<typeof createWebSockets>} WebSockets */

/** Messages that are with the host, not yet taken; the host ends a guest that sends many more. */
const WINDOW = 16;

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {import("./events.js").Events} events
 * @param {import("./forms.js").Forms} forms
 * @param {import("./request.js").Requests} requests
 * @param {{ connect: any, message: any, closed: any }} options
 */
export function createWebSockets(atoll, idl, events, forms, requests, options) {
  const {
    MapCtor,
    MapPrototypeDelete,
    MapPrototypeGet,
    MapPrototypeSet,
    PromiseCtor,
    PromisePrototypeThen,
    PromiseResolve,
    ReflectGet,
    SetCtor,
    SetPrototypeAdd,
    SetPrototypeHas,
    SymbolIterator,
    TypedArrayPrototypeBuffer,
    TypedArrayPrototypeByteLength,
    TypeErrorCtor,
    put,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const { fire } = events;
  const CONNECTING = 0;
  const OPEN = 1;
  const CLOSING = 2;
  const CLOSED = 3;
  const BlobCtor = Blob;
  const DOMExceptionCtor = DOMException;
  const CloseEventCtor = atoll.engineValue("CloseEvent");
  const AbortControllerCtor = AbortController;
  const abortController = uncurryThis(AbortController.prototype.abort);
  const signalOf = uncurryGetter(AbortController.prototype, "signal");
  const protocolOf = uncurryGetter(URL.prototype, "protocol");
  const setProtocol = uncurryThis(
    /** @type {any} */ (Object.getOwnPropertyDescriptor(URL.prototype, "protocol")).set,
  );
  const hashOf = uncurryGetter(URL.prototype, "hash");
  const blobSize = uncurryGetter(Blob.prototype, "size");
  const blobArrayBuffer = uncurryThis(Blob.prototype.arrayBuffer);
  const BlobPrototype = Blob.prototype;
  const Uint8 = atoll.primordials.Uint8ArrayCtor;
  const ignore = () => {};

  /** Sockets that the host knows, by number. @type {Map<number, any>} */
  const sockets = new MapCtor();
  /** @type {Map<number, (value: any) => void>} */
  const watchers = new MapCtor();
  /** Links of connections that the host does not know of yet. @type {Map<number, () => void>} */
  const unstarted = new MapCtor();
  let nextNumber = 1;

  /** @param {number} number */
  function forget(number) {
    MapPrototypeDelete(sockets, number);
    const done = MapPrototypeGet(watchers, number);
    if (done !== undefined) {
      MapPrototypeDelete(watchers, number);
      done(undefined);
    }
  }

  /**
   * @param {number} number
   * @param {boolean} isKnown whether the host knows of the connection; otherwise `start` says so
   * @returns {Link & { start: () => void }}
   */
  function hostLink(number, isKnown) {
    let sending = 0;
    /** @type {{ data: any, resolve: (value: any) => void }[]} */
    let queue = [];
    let first = 0;
    /** @type {(() => void) | null} */
    let drained = null;
    const next = () => {
      if (!isKnown) return;
      while (sending < WINDOW && first < queue.length) {
        const { data, resolve } = queue[first];
        // @ts-ignore: the slot is never read again
        queue[first++] = undefined;
        sending++;
        const taken = () => {
          sending--;
          resolve(undefined);
          next();
        };
        PromisePrototypeThen(atoll.callAsync(options.message, [number, data]), taken, taken);
      }
      if (first < queue.length) return;
      queue = [];
      first = 0;
      if (drained !== null) drained();
    };
    return {
      start: () => {
        isKnown = true;
        next();
      },
      send: (data) =>
        new PromiseCtor((resolve) => {
          put(queue, queue.length, { data, resolve });
          next();
        }),
      // What was sent before is heard before.
      close: (code, reason) =>
        new PromiseCtor((resolve) => {
          drained = () => {
            drained = null;
            resolve(atoll.callAsync(options.closed, [number, code, reason]));
          };
          next();
        }),
      abort: () => {
        const told = atoll.callAsync(options.closed, [number, 1006, ""]);
        PromisePrototypeThen(told, ignore, ignore);
      },
    };
  }

  /** @type {{ receive: (socket: any, kind: string, a: any, b: any) => any, setLink: (socket: any, link: Link) => void, adopt: (socket: any, number: number, url: string, protocol: string) => void, isPaired: (value: any) => boolean, listen: (socket: any, callbacks: Callbacks) => void, accept: (socket: any) => void }} */
  let inside;
  /** @type {{ link: Link | null } | null} */
  let given = null;

  class WebSocket extends EventTarget {
    #url = "";
    #readyState = CONNECTING;
    #protocol = "";
    #binaryType = "blob";
    #buffered = 0;
    /** @type {Link | null} */ #link = null;
    /** @type {number} */ #number = 0;
    /** @type {any} the other one of a pair */ #peer = null;
    /** Whether events are delivered; those of a pair wait for `accept`. */ #flowing = true;
    /** @type {{ kind: string, a: any, b: any, resolve: (value: any) => void }[]} */ #held = [];
    /** @type {Callbacks | null} */ #callbacks = null;

    static {
      inside = {
        receive: (socket, kind, a, b) => socket.#receive(kind, a, b),
        setLink: (socket, link) => {
          socket.#link = link;
        },
        isPaired: (value) => idl.isObject(value) && #peer in value && value.#peer !== null,
        // The host takes the part of this socket: its peer talks to the host from now on.
        adopt: (socket, number, url, protocol) => {
          const peer = socket.#peer;
          if (peer === null || socket.#readyState !== OPEN || socket.#flowing) {
            throw new TypeErrorCtor("webSocket: not an unused socket of a WebSocketPair");
          }
          socket.#readyState = CLOSED;
          socket.#peer = null;
          peer.#peer = null;
          peer.#number = number;
          peer.#url = url;
          peer.#protocol = protocol;
          const link = hostLink(number, false);
          peer.#link = link;
          MapPrototypeSet(unstarted, number, link.start);
          MapPrototypeSet(sockets, number, peer);
          const held = socket.#held;
          socket.#held = [];
          for (let i = 0; i < held.length; i++) {
            if (held[i].kind === "message") {
              PromisePrototypeThen(link.send(held[i].a), held[i].resolve, held[i].resolve);
            } else {
              PromisePrototypeThen(
                link.close(held[i].a, held[i].b),
                held[i].resolve,
                held[i].resolve,
              );
            }
          }
        },
        listen: (socket, callbacks) => {
          socket.#callbacks = callbacks;
        },
        accept: (socket) => socket.#accept(),
      };
      events.defineHandlers(
        WebSocket,
        ["open", "message", "error", "close"],
        (self) => self.#url,
      );
    }

    /** @param {any} url @param {any} [protocols] */
    constructor(url, protocols = undefined) {
      super();
      if (given !== null) {
        this.#link = given.link;
        this.#readyState = OPEN;
        this.#flowing = false;
        this.#binaryType = "arraybuffer";
        given = null;
        return;
      }
      idl.requireArguments(arguments.length, 1, "WebSocket");
      const parsed = checkedUrl(idl.toUsvText(url));
      const names = checkedProtocols(protocols);
      this.#url = requests.hrefOf(parsed);
      this.#connect(names);
    }

    get url() {
      return this.#url;
    }
    get readyState() {
      return this.#readyState;
    }
    get bufferedAmount() {
      return this.#buffered;
    }
    get extensions() {
      this.#url;
      return "";
    }
    get protocol() {
      return this.#protocol;
    }
    get binaryType() {
      return this.#binaryType;
    }
    set binaryType(value) {
      this.#url;
      const text = `${value}`;
      if (text === "blob" || text === "arraybuffer") this.#binaryType = text;
    }

    /** @param {any} [code] @param {any} [reason] */
    close(code = undefined, reason = undefined) {
      this.#url;
      const number = code === undefined ? undefined : clampedCode(code);
      const text = reason === undefined ? "" : idl.toUsvText(reason);
      if (number !== undefined && number !== 1000 && (number < 3000 || number > 4999)) {
        throw new DOMExceptionCtor(
          `the close code is 1000, or 3000 to 4999, not ${number}`,
          "InvalidAccessError",
        );
      }
      if (TypedArrayPrototypeByteLength(forms.encodeText(text)) > 123) {
        throw new DOMExceptionCtor("the reason is longer than 123 bytes", "SyntaxError");
      }
      if (this.#readyState >= CLOSING) return;
      if (this.#readyState === CONNECTING) {
        this.#readyState = CLOSING;
        PromisePrototypeThen(PromiseResolve(), () => this.#lost("closed before it was open"));
        return;
      }
      this.#readyState = CLOSING;
      const sent = number === undefined ? text === "" ? 1005 : 1000 : number;
      PromisePrototypeThen(
        /** @type {Link} */ (this.#link).close(sent, text),
        () => this.#ended(sent, text, true),
        () => this.#lost("the connection was lost"),
      );
    }

    /** @param {any} data */
    send(data) {
      this.#url;
      idl.requireArguments(arguments.length, 1, "WebSocket.send");
      /** @type {any} */
      let message;
      let size;
      if (idl.inherits(data, BlobPrototype)) {
        message = PromisePrototypeThen(
          blobArrayBuffer(data),
          (/** @type {ArrayBuffer} */ buffer) => new Uint8(buffer),
        );
        size = blobSize(data);
      } else {
        message = idl.copyBytes(data) ?? idl.toUsvText(data);
        size = typeof message === "string"
          ? TypedArrayPrototypeByteLength(forms.encodeText(message))
          : TypedArrayPrototypeByteLength(message);
      }
      if (this.#readyState === CONNECTING) {
        throw new DOMExceptionCtor("the connection is not open yet", "InvalidStateError");
      }
      this.#buffered += size;
      if (this.#readyState !== OPEN) return; // it grows all the same: WebSockets, § 3.1
      this.#sendInOrder(message, size);
    }
    /** @type {Promise<any> | null} the blob that is being read */
    #reading = null;
    /** @param {any} message @param {number} size */
    #sendInOrder(message, size) {
      const send = (/** @type {any} */ data) => {
        PromisePrototypeThen(/** @type {Link} */ (this.#link).send(data), () => {
          this.#buffered -= size;
        }, ignore);
      };
      if (this.#reading === null && !atoll.engine.isPromise(message)) return send(message);
      const ready = this.#reading ?? PromiseResolve();
      const step = PromisePrototypeThen(
        ready,
        () => PromisePrototypeThen(PromiseResolve(message), send),
      );
      this.#reading = step;
      const finished = () => {
        if (this.#reading === step) this.#reading = null;
      };
      PromisePrototypeThen(step, finished, finished);
    }

    /** @param {string[]} names */
    #connect(names) {
      const number = this.#number = nextNumber++;
      MapPrototypeSet(sockets, number, this);
      const controller = new AbortControllerCtor();
      const link = hostLink(number, true);
      this.#link = { ...link, abort: () => abortController(controller) };
      let protocols = "";
      for (let i = 0; i < names.length; i++) protocols += i === 0 ? names[i] : `\n${names[i]}`;
      PromisePrototypeThen(
        atoll.callAsync(options.connect, [number, this.#url, protocols], signalOf(controller)),
        () => this.#lost("the connection was closed"),
        (/** @type {any} */ error) => this.#lost(error),
      );
    }

    #accept() {
      if (this.#flowing) return;
      this.#flowing = true;
      const held = this.#held;
      this.#held = [];
      PromisePrototypeThen(PromiseResolve(), () => {
        for (let i = 0; i < held.length; i++) {
          held[i].resolve(this.#receive(held[i].kind, held[i].a, held[i].b));
        }
      });
    }

    /** Something comes from the other end. @param {string} kind @param {any} a @param {any} b */
    #receive(kind, a, b) {
      if (!this.#flowing) {
        return new PromiseCtor((resolve) => {
          put(this.#held, this.#held.length, { kind, a, b, resolve });
        });
      }
      if (this.#readyState === CLOSED) return undefined;
      switch (kind) {
        case "open":
          if (this.#readyState !== CONNECTING) return undefined;
          this.#readyState = OPEN;
          this.#protocol = a;
          return this.#callbacks === null ? fire(this, "open") : this.#callbacks.open();
        case "message":
          if (this.#readyState !== OPEN) return undefined;
          return this.#deliver(a);
        case "close":
          return this.#ended(a, b, true);
        default:
          return this.#lost(a);
      }
    }
    /** @param {any} data */
    #deliver(data) {
      let message = data;
      if (typeof data !== "string") {
        message = this.#binaryType === "blob"
          ? new BlobCtor([data])
          : TypedArrayPrototypeBuffer(data);
      }
      if (this.#callbacks !== null) return this.#callbacks.message(message);
      fire(this, "message", events.MessageEventCtor, {
        __proto__: null,
        data: message,
        origin: this.#url === "" ? "" : requests.originOf(requests.parseUrl(this.#url)),
      });
    }
    /** @param {number} code @param {string} reason @param {boolean} wasClean */
    #ended(code, reason, wasClean) {
      if (this.#readyState === CLOSED) return undefined;
      this.#readyState = CLOSED;
      return this.#finish(code, reason, wasClean);
    }
    /** § 4: whose state is CLOSED already. @param {number} code @param {string} reason @param {boolean} wasClean */
    #finish(code, reason, wasClean) {
      forget(this.#number);
      const peer = this.#peer;
      this.#peer = null;
      if (peer !== null && !wasClean) peer.#receive("abort", "", undefined);
      if (this.#callbacks !== null) return this.#callbacks.close(code, reason, wasClean);
      fire(this, "close", CloseEventCtor, { __proto__: null, code, reason, wasClean });
    }
    /** @param {any} error */
    #lost(error) {
      if (this.#readyState === CLOSED) return;
      this.#link?.abort();
      this.#readyState = CLOSED;
      if (this.#callbacks !== null) this.#callbacks.error(error);
      else fire(this, "error");
      return this.#finish(1006, "", false);
    }

    /** @param {any} a @param {any} b */
    static #pair(a, b) {
      a.#peer = b;
      b.#peer = a;
    }
    static {
      pairUp = (a, b) => WebSocket.#pair(a, b);
    }
  }

  /** One of a pair: nothing arrives before it is accepted. */
  class PairedWebSocket extends WebSocket {
    accept() {
      inside.accept(this);
    }
  }
  /** @param {Link | null} link */
  function makeSocket(link) {
    given = { link };
    return new PairedWebSocket(/** @type {any} */ (undefined));
  }

  /** WebSockets § 3.1 steps 1 to 8. @param {string} text */
  function checkedUrl(text) {
    let url;
    try {
      url = requests.parseUrl(text);
    } catch {
      throw new DOMExceptionCtor(`'${text}' is not a valid absolute URL`, "SyntaxError");
    }
    if (protocolOf(url) === "http:") setProtocol(url, "ws:");
    else if (protocolOf(url) === "https:") setProtocol(url, "wss:");
    if (protocolOf(url) !== "ws:" && protocolOf(url) !== "wss:") {
      throw new DOMExceptionCtor(`'${text}' is not a URL of a WebSocket`, "SyntaxError");
    }
    const href = requests.hrefOf(url);
    if (hashOf(url) !== "" || href[href.length - 1] === "#") {
      throw new DOMExceptionCtor(`'${text}' has a fragment`, "SyntaxError");
    }
    return url;
  }
  /** @param {any} value @returns {string[]} */
  function checkedProtocols(value) {
    /** @type {string[]} */
    let names = [];
    if (value !== undefined) {
      const method = idl.isObject(value) ? ReflectGet(value, SymbolIterator) : undefined;
      names = method === undefined || method === null
        ? [idl.toText(value)]
        : idl.toSequence(value, method, idl.toText);
    }
    const seen = new SetCtor();
    for (let i = 0; i < names.length; i++) {
      const lower = idl.toLowerCase(names[i]);
      if (!idl.test(SUBPROTOCOL, names[i]) || SetPrototypeHas(seen, lower)) {
        throw new DOMExceptionCtor(`'${names[i]}' is no subprotocol, or twice`, "SyntaxError");
      }
      SetPrototypeAdd(seen, lower);
    }
    return names;
  }
  /** Web IDL § 3.2.4, [Clamp] unsigned short. @param {any} value */
  function clampedCode(value) {
    const number = +value;
    if (!(number > 0)) return 0;
    if (number >= 65535) return 65535;
    const floor = atoll.primordials.MathFloor(number);
    const rest = number - floor;
    return rest < 0.5 || rest === 0.5 && floor % 2 === 0 ? floor : floor + 1;
  }

  /** A link to the other socket of a pair. @param {any} peer @returns {Link} */
  const pairLink = (peer) => ({
    send: (data) =>
      PromisePrototypeThen(
        PromiseResolve(),
        () => inside.receive(peer, "message", data, undefined),
      ),
    close: (code, reason) =>
      PromisePrototypeThen(PromiseResolve(), () => {
        const heard = inside.receive(peer, "close", code, reason);
        return atoll.engine.isPromise(heard) ? undefined : heard;
      }),
    abort: ignore,
  });
  function makePair() {
    const client = makeSocket(null);
    const server = makeSocket(null);
    inside.setLink(client, pairLink(server));
    inside.setLink(server, pairLink(client));
    pairUp(client, server);
    return { client, server };
  }

  idl.finishInterface(WebSocket, "WebSocket", { CONNECTING, OPEN, CLOSING, CLOSED });
  idl.exposeClass("WebSocket", WebSocket);
  atoll.showAttributes(WebSocket, ["url", "readyState", "protocol"]);
  atoll.exposeInterface("CloseEvent");

  /** `const [client, server] = Object.values(new WebSocketPair())`. */
  class WebSocketPair {
    constructor() {
      const { client, server } = makePair();
      atoll.primordials.ObjectDefineProperty(this, 0, idl.data(client, true, true));
      atoll.primordials.ObjectDefineProperty(this, 1, idl.data(server, true, true));
    }
  }
  idl.finishInterface(WebSocketPair, "WebSocketPair");
  idl.exposeClass("WebSocketPair", WebSocketPair);

  return {
    ...inside,
    isSocket: (/** @type {any} */ value) => inside.isPaired(value),
    makePair,
    takeNumber: () => nextNumber++,
    /** @param {number} number @param {string} kind @param {any} a @param {any} b */
    socketEvent(number, kind, a, b) {
      const socket = MapPrototypeGet(sockets, number);
      if (socket === undefined) return undefined;
      const result = inside.receive(socket, kind, a, b);
      return atoll.engine.isPromise(result)
        ? PromisePrototypeThen(result, ignore, ignore)
        : undefined;
    },
    /** The host knows of a connection: settled when that has ended. @param {number} number */
    socketDone(number) {
      const start = MapPrototypeGet(unstarted, number);
      if (start !== undefined) {
        MapPrototypeDelete(unstarted, number);
        start();
      }
      if (MapPrototypeGet(sockets, number) === undefined) return undefined;
      return new PromiseCtor((resolve) => MapPrototypeSet(watchers, number, resolve));
    },
  };
}
/** @type {(a: any, b: any) => void} */
let pairUp;
const SUBPROTOCOL = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
