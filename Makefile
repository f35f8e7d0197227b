# Everything a developer runs; `make help` lists it. Odoo itself runs through dev/run.
.DEFAULT_GOAL := help
.PHONY: help demo demo-reset test charts lifecycle bench lint format shell pot release-check screenshots

# A quick run is no measurement, and one of a single figure not all of it: they are kept apart.
RESULTS = bench/results$(if $(findstring --quick,$(ARGS)),-quick)$(if $(findstring --figure,$(ARGS)),-again).json

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.* ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: ## Odoo with the addon and demo data on http://localhost:8069 (PORT=8070 make demo: another port)
	@dev/run dev/demo.py

demo-reset: ## the demo afresh: what was entered there is lost
	@dev/run dev/demo.py reset
	@dev/run dev/demo.py

test: ## all tests, browser tours and the lifecycle check included (make test ARGS="-k something")
	@dev/run dev/tests.py $(ARGS)

charts: ## a refund's whole life in the charts of accounts of ten countries
	@dev/run dev/charts.py $(ARGS)

lifecycle: ## install on an empty database, update, uninstall without leaving anything behind
	@dev/run dev/lifecycle.py

bench: ## measure beside core on a ledger of 1,000,000 items (make bench ARGS="--quick": see that it works)
	@set -e; results="$$(dev/run dev/bench.py $(ARGS))"; printf '%s\n' "$$results" >$(RESULTS)

lint: ## check the style of everything
	@dev/python dev/lint.py

format: ## mend the style of what can be mended
	@dev/python dev/lint.py fix

shell: ## a Python prompt in the demo database
	@dev/run odoo shell --database client_refund_demo

pot: ## export the terms of all addons and bring the translations to them; what is new is left open
	@set -e; terms="$$(mktemp)"; trap 'rm -f "$$terms"' EXIT; \
	dev/run dev/pot.py >"$$terms"; \
	tar -xf "$$terms"; \
	dev/python dev/lint.py merge

release-check: ## fail where a translation is missing
	@dev/python dev/lint.py release

screenshots: ## take the pictures of the README, the guides and the Apps pages anew (ARGS="wizard": those with that name)
	@set -e; pictures="$$(mktemp)"; trap 'rm -f "$$pictures"' EXIT; \
	dev/run dev/screenshots.py $(ARGS) >"$$pictures"; \
	tar -xf "$$pictures"
