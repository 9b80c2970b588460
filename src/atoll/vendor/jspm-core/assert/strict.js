import { strict } from '../assert.js';
import '../util.js';
import '../chunk-DtcTpLWz.js';
import '../chunk-CkFCi-G1.js';
import '../chunk-DEMDiNwt.js';

const {
  fail,
  AssertionError,
  ok,
  equal,
  notEqual,
  deepEqual,
  notDeepEqual,
  deepStrictEqual,
  notDeepStrictEqual,
  strictEqual,
  notStrictEqual,
  throws,
  rejects,
  doesNotThrow,
  doesNotReject,
  ifError,
  match,
  doesNotMatch,
  CallTracker
} = strict;

export { AssertionError, CallTracker, deepEqual, deepStrictEqual, strict as default, doesNotMatch, doesNotReject, doesNotThrow, equal, fail, ifError, match, notDeepEqual, notDeepStrictEqual, notEqual, notStrictEqual, ok, rejects, strict, strictEqual, throws };
