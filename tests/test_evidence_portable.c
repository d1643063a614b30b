/* test_evidence_portable.c - test_evidence.c where the compiler has no 128-bit integers: the source
 * itself is compiled here, instead of the library's. */
#define SLOI_U128_PORTABLE
#include "judge/evidence.c"
#include "test_evidence.c"
