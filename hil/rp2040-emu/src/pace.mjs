// The pace: the chip's time is wall time, never ahead of it. rp2040js is slower than a real chip, so
// that time falls behind while the core works, and is caught up with when the core waits, from alarm
// to alarm: a wait costs as much as what it wakes, however long it lasts.

const NANOS_PER_MS = 1e6;
// Instructions between two looks at what came from outside: so many that looking costs little, so
// few that a UART's FIFO of 32 bytes is not emptied in between.
const STRETCH = 256;
// About a millisecond: then sockets get their turn.
const TURN = 80 * STRETCH;

export class Pace {
  #board;
  #now;
  // When the chip's time was zero, in wall milliseconds.
  #origin = 0;
  #timer;
  #isDue = false;
  #isStopped = false;
  #instructions = 0;

  constructor(board, now = () => performance.now()) {
    this.#board = board;
    this.#now = now;
    board.listen(() => this.#restart());
    this.#restart();
  }

  get instructions() {
    return this.#instructions;
  }

  // Something came from outside: the chip may have work.
  wake() {
    clearTimeout(this.#timer);
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(this.#turn);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#isStopped = true;
  }

  // A new chip begins at zero; one that was halted goes on where it was.
  #restart() {
    this.#origin = this.#now() - this.#board.chip.clock.nanos / NANOS_PER_MS;
    this.wake();
  }

  #turn = () => {
    this.#isDue = false;
    if (this.#isStopped) return;
    if (this.#board.isHalted) return this.#board.flush();
    this.#run();
    this.#board.flush();
    if (this.#board.isHalted) return;
    if (this.#board.isWaiting()) this.#sleep();
    else this.wake();
  };

  #run() {
    const board = this.#board;
    const { chip } = board;
    const wall = (this.#now() - this.#origin) * NANOS_PER_MS;
    for (let done = 0; done < TURN; done += STRETCH) {
      board.feed();
      const isWaiting = board.isWaiting();
      // A reset: another chip, and another time.
      if (board.chip !== chip || board.isHalted) return;
      if (!isWaiting) this.#instructions += (board.breakpoints.size > 0 ? walk : stride)(board, STRETCH);
      else if (!skip(chip.clock, wall)) return;
    }
  }

  // Until the next alarm, but for what is due at once: a timer of the host is too coarse for that.
  #sleep() {
    const { clock } = this.#board.chip;
    if (clock.nextAlarm === null) return;
    const wall = (this.#now() - this.#origin) * NANOS_PER_MS;
    const ms = Math.floor((clock.nextAlarm.nanos - wall) / NANOS_PER_MS);
    if (ms < 1) this.wake();
    else this.#timer = setTimeout(() => this.wake(), ms);
  }
}

// To the next alarm, if wall time has got there; else to wall time, and there is nothing to do.
function skip(clock, wall) {
  const alarm = clock.nextAlarm?.nanos ?? Infinity;
  if (alarm <= wall || alarm <= clock.nanos) {
    clock.tick(Math.max(0, alarm - clock.nanos));
    return true;
  }
  if (wall > clock.nanos) clock.tick(wall - clock.nanos);
  return false;
}

function stride({ chip }, most) {
  const { core, clock } = chip;
  const nanos = 1e9 / chip.clkSys;
  let done = 0;
  while (done < most && !core.waiting) {
    clock.tick(core.executeInstruction() * nanos);
    done++;
  }
  return done;
}

// The same with an eye on breakpoints. rp2040js enters an interrupt and carries out its handler's
// first instruction in one go, so that a breakpoint there would be missed: it enters here instead.
function walk(board, most) {
  const { core, clock, clkSys } = board.chip;
  let done = 0;
  while (done < most && !core.waiting && !board.isHalted) {
    if (core.interruptsUpdated) core.checkForInterrupts();
    const at = (core.PC & ~1) >>> 0;
    if (board.breakpoints.has(at) && board.onBreakpoint(at)) break;
    clock.tick((core.executeInstruction() * 1e9) / clkSys);
    done++;
  }
  return done;
}
