# make demo and make test are all that a fresh machine needs; each installs what is missing and builds first.
BUILD := build/release
JOBS ?= $(shell nproc)
# CI takes warnings as errors, and each source by itself, so that none lives on another's includes.
STRICT := -DNANOBRAIN_WERROR=$(if $(CI),ON,OFF) -DNANOBRAIN_UNITY=$(if $(CI),OFF,ON)

.PHONY: demo build test test-sanitize test-fuzz format check-format lint clean

demo: build
	experiments/demo.sh build/demo

build:
	cmake/bootstrap.sh
	cmake --preset release $(STRICT)
	cmake --build $(BUILD) -j $(JOBS) --target nanobrain nanobrain-run \
	  nanobrain_runtime_shared nanobrain_runtime_static

test:
	cmake/bootstrap.sh --tests
	cmake --preset test $(STRICT)
	cmake --build $(BUILD) -j $(JOBS)
	ctest --test-dir $(BUILD) -j $(JOBS) --output-on-failure

# The layers without LibTorch, under AddressSanitizer and UndefinedBehaviorSanitizer. Their frames are large: the search for
# derivations, as deep as a text is long, needs more stack.
test-sanitize:
	cmake/bootstrap.sh --tests
	cmake --preset sanitize
	cmake --build build/sanitize -j $(JOBS)
	ulimit -s 262144; ctest --test-dir build/sanitize -j $(JOBS) --output-on-failure

# Model folders and calls of the C library made up by libFuzzer, for so many seconds.
SECONDS = 60
test-fuzz:
	cmake/bootstrap.sh --tests
	cmake --preset fuzz
	cmake --build build/fuzz -j $(JOBS) --target model_reader c_api
	tests/fuzz/run.sh build/fuzz $(SECONDS)

SOURCES = $(shell git ls-files --cached --others --exclude-standard '*.c' '*.cpp' '*.h')

format:
	cmake/bootstrap.sh --lint
	clang-format -i $(SOURCES)

check-format:
	cmake/bootstrap.sh --lint
	clang-format --dry-run -Werror $(SOURCES)

lint:
	cmake/bootstrap.sh --tests --lint
	cmake --preset lint
	run-clang-tidy -quiet -p build/lint -j $(JOBS) '$(CURDIR)/(nanobrain|tests)/.*'

clean:
	rm -rf build
