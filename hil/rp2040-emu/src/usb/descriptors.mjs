// What a device says of itself: the functions of a configuration that we can drive, serial ports
// (CDC-ACM) and network interfaces (CDC-NCM), however many there are beside others.

const TYPE = { INTERFACE: 4, ENDPOINT: 5, CLASS_INTERFACE: 0x24 };
const COMMUNICATION = 2;
const KINDS = new Map([
  [0x02, 'acm'],
  [0x0d, 'ncm'],
]);
const SUBTYPE = { UNION: 0x06, ETHERNET: 0x0f };
const INPUT = 0x80;

// Of a configuration descriptor: its value, and for each function its kind, the numbers of its
// control and data interfaces, the alternate setting in which data flows, and its endpoints.
export function parse(descriptor) {
  const interfaces = collect(descriptor);
  const functions = [];
  for (const control of interfaces) {
    const kind = control.class === COMMUNICATION ? KINDS.get(control.subclass) : undefined;
    if (!kind) continue;
    const data = interfaces.find((other) => other.number === control.data && other.endpoints.length === 2);
    if (data) functions.push(assemble(kind, control, data));
  }
  return { value: descriptor[5], functions };
}

function assemble(kind, control, data) {
  const input = data.endpoints.find(({ address }) => address & INPUT);
  const output = data.endpoints.find(({ address }) => !(address & INPUT));
  return {
    kind,
    control: control.number,
    macString: control.macString,
    notifications: control.endpoints[0] && control.endpoints[0].address & 0xf,
    data: data.number,
    alternate: data.alternate,
    input: input.address & 0xf,
    output: output.address,
    packetBytes: output.packetBytes,
  };
}

function collect(descriptor) {
  const interfaces = [];
  for (const part of parts(descriptor)) {
    const last = interfaces.at(-1);
    if (part[1] === TYPE.INTERFACE) {
      interfaces.push({ number: part[2], alternate: part[3], class: part[5], subclass: part[6], endpoints: [] });
    } else if (part[1] === TYPE.ENDPOINT) {
      last?.endpoints.push({ address: part[2], packetBytes: part.readUInt16LE(4) & 0x7ff });
    } else if (part[1] === TYPE.CLASS_INTERFACE && last) {
      if (part[2] === SUBTYPE.UNION) last.data = part[4];
      if (part[2] === SUBTYPE.ETHERNET) last.macString = part[3];
    }
  }
  return interfaces;
}

function* parts(descriptor) {
  for (let at = 0; at + 2 <= descriptor.length; at += descriptor[at]) {
    if (descriptor[at] < 2) throw new Error('a descriptor without an end');
    yield descriptor.subarray(at, at + descriptor[at]);
  }
}
