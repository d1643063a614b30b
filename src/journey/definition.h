/* definition.h - a definition read part by part, without memory of one's own. */
#ifndef SLOI_DEFINITION_H
#define SLOI_DEFINITION_H

#include "journey/journey.h"
#include "slo/definition.h"

uint32_t sloi_definition_journeys(const slo_definition *definition);

/* Journey j, its arrays NULL, and where they are read from. */
void sloi_definition_journey(const slo_definition *definition, uint32_t j,
                             slo_journey_config *journey, sloi_journey_source *source);

#endif
