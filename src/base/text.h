/* text.h - a text that is written bit by bit into a buffer which may be too short for it. */
#ifndef SLOI_TEXT_H
#define SLOI_TEXT_H

#include "base/fail.h"

typedef struct sloi_text {
  char *buffer; /* of `size` bytes; what does not fit is cut off */
  size_t size;
  size_t length; /* of all that was said, also beyond the buffer */
} sloi_text;

void sloi_text_say(sloi_text *text, const char *format, ...) SLOI_PRINTF(2, 3);

#endif
