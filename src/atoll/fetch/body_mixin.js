/**
 * The `Body` mixin of the Fetch Standard, section 5.3, for requests and responses.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {import("./forms.js").Forms} Forms */
/** @typedef {import("./headers.js").HeaderList} HeaderList */
/** @typedef {import("./body.js").InnerBody} InnerBody */
/** @typedef {{ bytes: Uint8Array<ArrayBuffer> }} Box that `Object.prototype.then` is not asked about */

/**
 * @typedef {object} BodyOperations
 * @property {(body: InnerBody) => boolean} isUnusable
 * @property {(body: InnerBody) => boolean} isUsed
 * @property {(body: InnerBody | null) => Promise<Box>} readAll
 * @property {(reason: any) => Promise<never>} rejected
 * @property {(body: InnerBody) => any} streamOf
 */

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {Forms} forms
 * @param {BodyOperations} operations
 */
export function createBodyMixin(atoll, idl, forms, operations) {
  const {
    JSONParse,
    ObjectDefineProperty,
    PromisePrototypeThen,
    TypedArrayPrototypeBuffer,
    TypedArrayPrototypeByteLength,
    TypeErrorCtor,
    put,
  } = atoll.primordials;
  const { sliceBytes } = idl;
  const { isUnusable, isUsed, readAll, rejected, streamOf } = operations;

  /**
   * § 5.3 the mixin.
   * @param {any} Class
   * @param {(self: any) => { body: InnerBody | null, list: HeaderList }} innerOf checks the brand
   */
  function mixBody(Class, innerOf) {
    /** @param {any} self @param {(bytes: Uint8Array<ArrayBuffer>, inner: any) => any} convert */
    const consume = (self, convert) => {
      let inner;
      try {
        inner = innerOf(self);
      } catch (error) {
        return rejected(error);
      }
      const { body } = inner;
      if (body !== null && body.error !== null && !isUnusable(body)) {
        body.used = true; // it rejects at once, not a step later
        return rejected(body.error.reason);
      }
      return PromisePrototypeThen(
        readAll(body),
        (/** @type {Box} */ box) => convert(box.bytes, inner),
      );
    };
    const members = {
      get body() {
        const { body } = innerOf(this);
        return body === null ? null : streamOf(body);
      },
      get bodyUsed() {
        const { body } = innerOf(this);
        return body !== null && isUsed(body);
      },
      arrayBuffer() {
        return consume(this, (bytes) => whole(bytes));
      },
      blob() {
        return consume(this, (bytes, inner) => {
          const mime = mimeTypeOf(inner.list);
          const type = mime === null ? "" : forms.serializeMimeType(mime);
          return atoll.blobOfType([bytes], type);
        });
      },
      bytes() {
        return consume(this, (bytes) => bytes);
      },
      formData() {
        return consume(this, (bytes, inner) => parseForm(bytes, mimeTypeOf(inner.list)));
      },
      json() {
        return consume(this, (bytes) => JSONParse(forms.decodeText(bytes)));
      },
      text() {
        return consume(this, (bytes) => forms.decodeText(bytes));
      },
    };
    const keys = ["body", "bodyUsed", "arrayBuffer", "blob", "bytes", "formData", "json", "text"];
    for (let i = 0; i < keys.length; i++) {
      const descriptor = /** @type {any} */ (
        atoll.primordials.ReflectGetOwnPropertyDescriptor(members, keys[i])
      );
      ObjectDefineProperty(Class.prototype, keys[i], descriptor);
    }
  }
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  const whole = (bytes) => {
    const buffer = TypedArrayPrototypeBuffer(bytes);
    return buffer.byteLength === TypedArrayPrototypeByteLength(bytes)
      ? buffer
      : TypedArrayPrototypeBuffer(sliceBytes(bytes));
  };
  /** @param {HeaderList} list */
  function mimeTypeOf(list) {
    /** @type {string[]} */
    const values = [];
    for (let i = 0; i < list.lower.length; i++) {
      if (list.lower[i] === "content-type") put(values, values.length, list.values[i]);
    }
    return forms.extractMimeType(values);
  }
  /** @param {Uint8Array<ArrayBuffer>} bytes @param {import("./forms.js").MimeType | null} mime */
  function parseForm(bytes, mime) {
    if (mime !== null && mime.essence === "multipart/form-data") {
      const boundary = atoll.primordials.MapPrototypeGet(mime.parameters, "boundary");
      if (boundary !== undefined) return forms.parseMultipart(bytes, boundary);
    }
    if (mime !== null && mime.essence === "application/x-www-form-urlencoded") {
      return forms.parseUrlencoded(bytes);
    }
    throw new TypeErrorCtor("the body's Content-Type is not that of a form");
  }

  return { mimeTypeOf, mixBody };
}
