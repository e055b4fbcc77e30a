/** ZIP files without trust: what is in them, and the bytes of one entry, within stated bounds. Isomorphic, no I/O. */
export { isZip, readZip, type ZipBounds, type ZipEntry } from './zip.js';
