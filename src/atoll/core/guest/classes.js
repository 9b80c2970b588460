/**
 * Classes whose state lives on the host.
 *
 * Every instance is a host handle. Its host state lives as long as the guest object: when that is
 * collected, the handle is released like any other.
 */

import {
  ErrorCaptureStackTrace,
  MapCtor,
  MapPrototypeGet,
  MapPrototypeSet,
  ObjectDefineProperty,
  put,
  ReflectConstruct,
  ReflectGetOwnPropertyDescriptor,
  ReflectSetPrototypeOf,
  SymbolToStringTag,
  TypeErrorCtor,
} from "./primordials.js";
import { callAsync, callSync, defineOperation } from "./connection.js";
import { homeOf, importHandle } from "./handles.js";
import { registerDecoder } from "./marshal.js";
import { defineGlobal, findSignal } from "./functions.js";
import { DEFINE_CLASS } from "./operations.js";

/**
 * @typedef {object} Member
 * @property {string} name
 * @property {number} call host handle; 0 where there is none
 * @property {number} set host handle of a setter, or 0
 * @property {boolean} isAsync
 * @property {"method" | "accessor" | "value"} kind
 * @property {boolean} isStatic
 * @property {any} value
 *
 * @typedef {object} ClassSpec
 * @property {number} id
 * @property {string} name
 * @property {number} base id of the base class, or 0
 * @property {number} construct host handle, or 0 when the guest may not construct
 * @property {Member[]} members
 * @property {boolean} isGlobal
 */

/** @type {Map<number, any>} */
const classes = new MapCtor();
/** What a constructor passes down to the one it extends instead of arguments. */
const ADOPT = {};

/** @param {ClassSpec} spec */
function defineClass(spec) {
  const Base = spec.base === 0 ? null : MapPrototypeGet(classes, spec.base);
  const { name, construct } = spec;
  /** @type {any} */
  const holder = {
    [name]: class {
      /** @param {any[]} args */
      constructor(...args) {
        if (args[0] === ADOPT) return; // decoded from the wire, or made by a subclass
        if (construct === 0) throw new TypeErrorCtor("Illegal constructor");
        const id = callSync(construct, args);
        // `this` has the prototype of `new.target`, so a subclass of the guest's works, too.
        return importHandle(id, () => this);
      }
    },
  };
  const Class = holder[name];
  if (Base !== null) {
    ReflectSetPrototypeOf(Class, Base);
    ReflectSetPrototypeOf(Class.prototype, Base.prototype);
  }
  for (let i = 0; i < spec.members.length; i++) {
    const member = spec.members[i];
    defineMember(member.isStatic ? Class : Class.prototype, member, name);
  }
  ObjectDefineProperty(Class.prototype, SymbolToStringTag, attributes({ value: name }, false));
  MapPrototypeSet(classes, spec.id, Class);
  if (spec.isGlobal) defineGlobal(name, Class);
}

/** Property attributes as WebIDL gives them to members. */
/** @param {any} fields @param {boolean} enumerable */
const attributes = (fields, enumerable) => {
  fields.__proto__ = null;
  fields.configurable = true;
  fields.enumerable = enumerable;
  return fields;
};

/** The host handle of `this`, or a TypeError like the brand check of any platform object. */
/** @param {any} self @param {string} name */
function brand(self, name) {
  const id = typeof self === "object" && self !== null ? homeOf(self) : undefined;
  if (id === undefined) {
    const error = new TypeErrorCtor(`Illegal invocation: the receiver is no ${name}`);
    ErrorCaptureStackTrace(error, brand);
    throw error;
  }
  return self;
}

/** @param {any} target @param {Member} member @param {string} className */
function defineMember(target, member, className) {
  const { call, set, isAsync, isStatic, name } = member;
  const receiver = isStatic ? null : className;
  if (member.kind === "value") {
    const fields = attributes({ value: member.value }, true);
    fields.writable = false;
    ObjectDefineProperty(target, name, fields);
  } else if (member.kind === "method") {
    /** @type {any} */
    const holder = isAsync
      ? {
        async [name](/** @type {any[]} */ ...args) {
          return await callAsync(call, withReceiver(this, receiver, args), findSignal(args));
        },
      }
      : {
        [name](/** @type {any[]} */ ...args) {
          return callSync(call, withReceiver(this, receiver, args));
        },
      };
    const fields = attributes({ value: holder[name] }, true);
    fields.writable = true;
    ObjectDefineProperty(target, name, fields);
  } else {
    /** @type {any} */
    const holder = {
      get [name]() {
        return callSync(call, withReceiver(this, receiver, []));
      },
      set [name](/** @type {any} */ value) {
        callSync(set, withReceiver(this, receiver, [value]));
      },
    };
    const own = /** @type {any} */ (ReflectGetOwnPropertyDescriptor(holder, name));
    ObjectDefineProperty(
      target,
      name,
      attributes({ get: call ? own.get : undefined, set: set ? own.set : undefined }, true),
    );
  }
}

/** @param {any} self @param {string | null} className @param {any[]} args */
function withReceiver(self, className, args) {
  if (className === null) return args;
  const all = [brand(self, className)];
  for (let i = 0; i < args.length; i++) put(all, i + 1, args[i]);
  return all;
}

defineOperation(DEFINE_CLASS, defineClass);

registerDecoder("c", (data) =>
  importHandle(data[1], () => {
    const Class = MapPrototypeGet(classes, data[2]);
    return ReflectConstruct(Class, [ADOPT]);
  }));
