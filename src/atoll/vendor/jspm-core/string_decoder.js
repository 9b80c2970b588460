export { S as StringDecoder, e as default } from './chunk-CcCWfKp1.js';
import './chunk-DtuTasat.js';
