package web

import "net/http"

func (s *Service) registerPages(mux *http.ServeMux) error { return nil }
