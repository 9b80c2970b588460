import { promises } from '../stream.js';
import '../chunk-DtuTasat.js';
import '../events.js';
import '../chunk-DEMDiNwt.js';
import '../chunk-CcCWfKp1.js';
import '../util.js';
import '../chunk-DtcTpLWz.js';
import '../chunk-CkFCi-G1.js';

const { finished, pipeline } = promises;

export { promises as default, finished, pipeline };
