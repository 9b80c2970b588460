/** Numbers of the built-in targets; `operations.py` has the same lists. */

/** Host to guest. */
export const EVALUATE = 1,
  GET = 2,
  SET = 3,
  APPLY = 4,
  CONSTRUCT = 5,
  COPY = 6,
  HOLD = 7,
  CALL_GLOBAL = 8,
  DEFINE_GLOBAL = 9,
  DEFINE_CLASS = 10,
  INSTALL = 11,
  SETTLE = 12,
  STATISTICS = 13,
  COLLECT_GARBAGE = 14,
  INVOKE = 15,
  BLOB_READ = 16,
  STREAM_READ = 17,
  STREAM_CANCEL = 18,
  STREAM_WRITE = 19,
  STREAM_CLOSE = 20,
  STREAM_ABORT = 21,
  SIGNAL_ABORT = 22;

/** Guest to host. */
export const PARSER_SOURCE = 1, UNCAUGHT = 2, ABORTED = 3;
