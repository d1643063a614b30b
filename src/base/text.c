#include "base/text.h"

#include <stdio.h>

void sloi_text_say(sloi_text *text, const char *format, ...) {
  size_t room = text->length < text->size ? text->size - text->length : 0;
  va_list arguments;
  va_start(arguments, format);
  int n = vsnprintf(room != 0 ? text->buffer + text->length : NULL, room, format, arguments);
  va_end(arguments);
  text->length += n > 0 ? (size_t)n : 0;
}
