// AMQP as Microsoft's own clients read it.

/** Fields of each performative. */
const FIELDS = { open: 10, begin: 8, attach: 14, flow: 11, transfer: 11, disposition: 6, detach: 3, end: 1, close: 1 };

/**
 * Makes rhea send every field of a performative. AMQP allows to leave out the last ones when they are empty, but the
 * client in Python reads fields by position and fails where the list ends early; the service sends them all. That
 * client wants a `handle-max` too.
 */
export function wholePerformatives(frames) {
  for (const [name, count] of Object.entries(FIELDS)) {
    const make = frames[name];
    frames[name] = (fields) => {
      const made = make(name === 'begin' ? { handle_max: 255, ...fields } : fields);
      while (made.value.length < count) made.value.push(undefined);
      return made;
    };
  }
}
