/**
 * `EventSource`: section 9.2 of the HTML Standard, over `fetch`.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */

/** Milliseconds before it connects again, unless the server says otherwise. */
const RECONNECTION_TIME = 3000;
/** Characters of one line, and of the data of one event. */
const LONGEST = 16 * 1024 * 1024;

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {import("./events.js").Events} events
 * @param {import("./forms.js").Forms} forms
 * @param {import("./headers.js").HeadersParts} parts
 * @param {import("./body.js").Bodies} bodies
 * @param {import("./request.js").Requests} requests
 * @param {import("./response.js").Responses} responses
 * @param {import("./fetch.js").FetchParts} fetching
 */
export function createEventSource(
  atoll,
  idl,
  events,
  forms,
  parts,
  bodies,
  requests,
  responses,
  fetching,
) {
  const {
    PromisePrototypeThen,
    ReflectGet,
    StringPrototypeIncludes,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const { engine } = atoll;
  const CONNECTING = 0;
  const OPEN = 1;
  const CLOSED = 2;
  const { fire } = events;
  const DOMExceptionCtor = DOMException;
  const AbortControllerCtor = AbortController;
  const abort = uncurryThis(AbortController.prototype.abort);
  const signalOf = uncurryGetter(AbortController.prototype, "signal");
  const getReader = uncurryThis(ReadableStream.prototype.getReader);
  const readerRead = uncurryThis(ReadableStreamDefaultReader.prototype.read);
  const bodyOf = uncurryGetter(responses.Response.prototype, "body");
  const TextDecoderCtor = atoll.engineValue("TextDecoder");
  const decode = uncurryThis(TextDecoderCtor.prototype.decode);
  const numberOf = parseInt;

  class EventSource extends EventTarget {
    #url = "";
    #withCredentials = false;
    #readyState = CONNECTING;
    #lastEventId = "";
    #reconnectionTime = RECONNECTION_TIME;
    /** @type {AbortController | null} */ #controller = null;
    /** @type {any} */ #timer = null;
    // The parser's state: § 9.2.6
    #line = "";
    #afterReturn = false;
    #data = "";
    #hasData = false;
    #type = "";
    #id = "";

    /** @param {any} self */
    static #check(self) {
      self.#readyState;
    }
    static {
      events.defineHandlers(
        EventSource,
        ["open", "message", "error"],
        (self) => EventSource.#check(self),
      );
    }

    /** @param {any} url @param {any} [init] */
    constructor(url, init = undefined) {
      super();
      idl.requireArguments(arguments.length, 1, "EventSource");
      const text = idl.toUsvText(url);
      const dictionary = idl.toDictionary(init, "the second argument of EventSource");
      if (dictionary !== undefined) {
        this.#withCredentials = !!ReflectGet(dictionary, "withCredentials");
      }
      try {
        this.#url = requests.hrefOf(requests.parseUrl(text));
      } catch {
        throw new DOMExceptionCtor(`'${text}' is not a valid absolute URL`, "SyntaxError");
      }
      this.#connect();
    }

    get url() {
      return this.#url;
    }
    get withCredentials() {
      return this.#withCredentials;
    }
    get readyState() {
      return this.#readyState;
    }
    close() {
      this.#readyState = CLOSED;
      if (this.#timer !== null) engine.clearTimer(this.#timer);
      this.#timer = null;
      if (this.#controller !== null) abort(this.#controller);
    }

    #connect() {
      this.#timer = null;
      const controller = this.#controller = new AbortControllerCtor();
      const list = parts.newList();
      parts.append(list, "Accept", "text/event-stream");
      if (this.#lastEventId !== "") {
        parts.append(list, "Last-Event-ID", latin1OfUtf8(this.#lastEventId));
      }
      const inner = requests.newInner("GET", this.#url, list, null);
      inner.cache = "no-store";
      if (this.#withCredentials) inner.credentials = "include";
      const request = requests.wrap(inner, "request", signalOf(controller));
      PromisePrototypeThen(
        fetching.fetch(request, undefined),
        (/** @type {any} */ response) => this.#opened(response, controller),
        () => this.#lost(controller),
      );
    }
    /** @param {any} response @param {any} controller */
    #opened(response, controller) {
      if (this.#readyState === CLOSED) return;
      const inner = responses.innerOf(response);
      const mime = bodies.mimeTypeOf(inner.list);
      // § 9.2.3: anything else fails the connection for good.
      if (inner.status !== 200 || mime === null || mime.essence !== "text/event-stream") {
        bodies.cancelBody(inner.body, undefined);
        this.#readyState = CLOSED;
        fire(this, "error");
        return;
      }
      this.#readyState = OPEN;
      fire(this, "open");
      const reader = getReader(bodyOf(response));
      const decoder = new TextDecoderCtor("utf-8");
      this.#line = this.#data = this.#type = "";
      this.#afterReturn = this.#hasData = false;
      this.#id = this.#lastEventId;
      const step = () => {
        PromisePrototypeThen(readerRead(reader), (/** @type {any} */ result) => {
          if (this.#readyState === CLOSED) return;
          if (result.done) return this.#lost(controller);
          this.#feed(decode(decoder, result.value, { __proto__: null, stream: true }));
          if (this.#line.length > LONGEST || this.#data.length > LONGEST) {
            abort(controller);
            return this.#lost(controller);
          }
          step();
        }, () => this.#lost(controller));
      };
      step();
    }
    /** § 9.2.3 reestablish the connection. @param {any} controller */
    #lost(controller) {
      if (this.#readyState === CLOSED || this.#controller !== controller) return;
      this.#readyState = CONNECTING;
      fire(this, "error");
      if (/** @type {number} */ (this.#readyState) !== CONNECTING) return;
      this.#timer = engine.setTimer(() => this.#connect(), this.#reconnectionTime);
    }

    /** § 9.2.6: lines end with CR LF, LF or CR. @param {string} text */
    #feed(text) {
      let at = 0;
      if (this.#afterReturn && text[0] === "\n") at = 1;
      if (text !== "") this.#afterReturn = false;
      while (at < text.length) {
        let end = at;
        while (end < text.length && text[end] !== "\n" && text[end] !== "\r") end++;
        this.#line += StringPrototypeSlice(text, at, end);
        if (end === text.length) return;
        const line = this.#line;
        this.#line = "";
        at = end + 1;
        if (text[end] === "\r") {
          if (at === text.length) this.#afterReturn = true;
          else if (text[at] === "\n") at++;
        }
        this.#take(line);
        if (this.#readyState === CLOSED) return;
      }
    }
    /** @param {string} line */
    #take(line) {
      if (line === "") return this.#dispatch();
      const colon = StringPrototypeIndexOf(line, ":");
      if (colon === 0) return;
      const field = colon < 0 ? line : StringPrototypeSlice(line, 0, colon);
      let value = colon < 0 ? "" : StringPrototypeSlice(line, colon + 1);
      if (value[0] === " ") value = StringPrototypeSlice(value, 1);
      switch (field) {
        case "event":
          this.#type = value;
          break;
        case "data":
          this.#data += this.#hasData ? `\n${value}` : value;
          this.#hasData = true;
          break;
        case "id":
          if (!StringPrototypeIncludes(value, "\0")) this.#id = value;
          break;
        case "retry":
          if (idl.test(/^[0-9]+$/, value)) this.#reconnectionTime = numberOf(value, 10);
      }
    }
    #dispatch() {
      this.#lastEventId = this.#id;
      const data = this.#data;
      const type = this.#type;
      const hasData = this.#hasData;
      this.#data = this.#type = "";
      this.#hasData = false;
      if (!hasData) return;
      fire(this, type === "" ? "message" : type, events.MessageEventCtor, {
        __proto__: null,
        data,
        origin: requests.originOf(requests.parseUrl(this.#url)),
        lastEventId: this.#lastEventId,
      });
    }
  }

  /** A header is bytes: those of the text in UTF-8. @param {string} text */
  const latin1OfUtf8 = (text) => forms.latin1(forms.encodeText(text));

  idl.finishInterface(EventSource, "EventSource", { CONNECTING, OPEN, CLOSED });
  idl.exposeClass("EventSource", EventSource);
  atoll.showAttributes(EventSource, ["url", "readyState"]);
}
