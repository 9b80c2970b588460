// @engine Crypto CryptoKey SubtleCrypto crypto
