/** Texts of what steers: the switch of all automation, reasons, annotations. */

export const steer = {
  "stopped.told": "All automation is stopped since {time} by {who}: {why}",
  "stopped.go": "To the switch",
  "switch.stop": "Stop all automation",
  "switch.start": "Let automation go on",
  "switch.stop.lead":
    "Nothing new is done from now on, in every domain. What was done stays, and can still be taken back.",
  "switch.start.lead": "Plans that may act by themselves are carried out again, within the autonomy set below.",
  "reason.label": "Why (for the audit)",
  "reason.short": "At least 3 characters.",
  "reason.failed": "Not done: {why}",
  "annotate.title": "Annotate",
  "annotate.lead": "A note for everybody, on a moment or a span of time.",
  "annotate.text": "Note",
  "annotate.tags": "Tags, between commas",
  "annotate.from": "From",
  "annotate.to": "To (empty: a moment)",
  "annotate.here": "Only on this page",
  "annotate.save": "Save the note",
  "annotate.list": "Notes in this span",
  "annotate.none": "No notes in this span yet.",
  "annotate.drop": "Take away the note: {text}",
  "annotate.by": "{who}, {time}",
  "annotate.count": "Annotate ({count})",
  "annotate.wrong": "{text} is no moment. Write it like 2026-11-22T08:00:00Z.",
} as const;
