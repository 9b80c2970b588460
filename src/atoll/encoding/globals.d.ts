// @engine CompressionStream DecompressionStream TextDecoder TextDecoderStream TextEncoder TextEncoderStream atob btoa
