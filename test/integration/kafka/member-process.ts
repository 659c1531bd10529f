/** A group member in a process of its own, for tests to kill or freeze. Reads its settings as JSON from its argument; writes an event a line. */
import { GroupMember } from '../../../src/kafka/group-member.ts';
import { silentLog } from '../../../src/log.ts';

const { connection, ...settings } = JSON.parse(process.argv[2]!);
const tell = (event: object) => console.log(JSON.stringify(event));
const member = new GroupMember(connection, silentLog, {
  ...settings,
  onAssigned: (change) => tell({ assigned: change.added.length + change.kept.length, generation: change.generation }),
  onLost: (reason) => tell({ lost: reason }),
});
await member.start();
