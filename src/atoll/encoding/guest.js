/**
 * The engine's own encoders, decoders and compressors, as the standards define the globals.
 *
 * @param {import("../core/guest/capability.js").Atoll} atoll
 */
export default function install(atoll) {
  const { engineValue, exposeFunction, exposeInterface } = atoll;
  exposeInterface("TextEncoder");
  exposeInterface("TextDecoder");
  exposeInterface("TextEncoderStream");
  exposeInterface("TextDecoderStream");
  exposeInterface("CompressionStream");
  exposeInterface("DecompressionStream");
  exposeFunction("atob", engineValue("atob"), 1);
  exposeFunction("btoa", engineValue("btoa"), 1);
}
