/**
 * A process of its own that is the ClickHouse server: the npm package chdb carries the engine as a shared library
 * which exports the main function of `clickhouse local`. It takes the arguments of that program.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DataType, load, open } from 'ffi-rs';

const require = createRequire(import.meta.url);
const flavour = process.platform === 'linux' ? `linux-${process.arch}-gnu` : `${process.platform}-${process.arch}`;
const folder = dirname(createRequire(require.resolve('chdb')).resolve(`@chdb/lib-${flavour}/package.json`));
open({ library: 'chdb', path: join(folder, 'libchdb.so') });

const args = ['clickhouse', ...process.argv.slice(2)];
// Its result is not looked at: an engine that fails says so on its standard output before it returns.
load({
  library: 'chdb',
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [args.length, args],
});
process.exit();
