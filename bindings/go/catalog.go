//go:build cgo

package slo

// #include "binding.h"
import "C"

import "unsafe"

// CatalogTiers gives the tiers of a catalog, Catalog.., for a budget's period, pages first. ErrRange,
// with the field.
func CatalogTiers(catalog uint32, periodNs int64) ([]AlertTier, error) {
	var count C.uint32_t
	e := report()
	tiers := make([]AlertTier, AlertTiersMax)
	err := checked(C.slo_catalog_tiers(C.uint32_t(catalog), C.int64_t(periodNs),
		(*C.slo_alert_tier)(unsafe.Pointer(&tiers[0])), AlertTiersMax, &count, e), e)
	return tiers[:count], err
}

// CatalogByShare gives a tier for each share of a budget: the factor that has spent it when a burn
// has filled the long window. ErrRange, with the field.
func CatalogByShare(shares []CatalogShare, periodNs int64) ([]AlertTier, error) {
	e := report()
	tiers := make([]AlertTier, len(shares))
	err := checked(C.slo_catalog_by_share((*C.slo_catalog_share)(unsafe.Pointer(unsafe.SliceData(shares))),
		counted(len(shares)), C.int64_t(periodNs),
		(*C.slo_alert_tier)(unsafe.Pointer(unsafe.SliceData(tiers))), e), e)
	if err != nil {
		return nil, err
	}
	return tiers, nil
}
