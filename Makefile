# Duet's tasks. `make help` lists them. Needs a JDK of 21 or newer, Maven 3.8.7 or newer, and make; all else is fetched.

# The newest JDK of 21 or above: JAVA_HOME, else the usual places, else the one on the path.
JDK := $(shell tools/find-jdk)
ifeq ($(JDK)$(if $(filter-out help cluster-%,$(or $(MAKECMDGOALS),help)),,not needed),)
$(error Duet needs a JDK of 21 or newer and found none: install one, or set JAVA_HOME to it)
endif
export JAVA_HOME := $(JDK)
# Maven's own use of sun.misc.Unsafe is nothing that a user of Duet can mend.
export MAVEN_OPTS := -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow $(MAVEN_OPTS)
MVN := mvn -B -ntp
JAVA := $(JAVA_HOME)/bin/java

.DEFAULT_GOAL := help
.PHONY: help build native devstack deltareader run test test-native verify-manifests format bench image image-run cluster-up cluster-check cluster-down cluster-preflight chaos chaos-planted clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build the service (target/quarkus-app/quarkus-run.jar)
	@echo "building the service (the first time Maven fetches what it needs, which takes minutes)"
	@$(MVN) -q package -DskipTests -DskipITs

native: ## Build the native executable (target/duet-runner); docs/native.md
	@tools/native

devstack: ## Build the embedded stack (PostgreSQL, Kafka, Connect with Debezium, S3, a schema registry)
	@echo "building the embedded stack"
	@$(MVN) -q -f devstack/pom.xml package -DskipTests

deltareader: ## Build the independent Delta reader that the tests use
	@echo "building the independent Delta reader"
	@$(MVN) -q -f deltareader/pom.xml package -DskipTests

run: build devstack ## Start everything on this machine, with a demo writing into the source; Ctrl-C stops it all
	@exec $(JAVA) -XX:+IgnoreUnrecognizedVMOptions --sun-misc-unsafe-memory-access=allow -Xmx768m -jar devstack/target/devstack.jar run --service target/quarkus-app/quarkus-run.jar $(ARGS)

test: ## Run all tests against the real parts
	@test -n "$$DUET_WITHOUT_BROWSER" || tools/find-chromium > /dev/null
	@rm -rf target/*-reports devstack/target/*-reports deltareader/target/*-reports
	@status=0; \
	$(MVN) -f devstack/pom.xml verify && $(MVN) -f deltareader/pom.xml verify && $(MVN) verify || status=$$?; \
	tools/test-summary target devstack/target deltareader/target; exit $$status

# What works from outside the process. The others look into the service's classes, or press on its heap with a JVM's options.
NATIVE_ITS = EndToEndIT,CrashIT,ReadingIT,DeadLettersIT,CompressedTopicsIT,TlsIT,StartUpIT,SourceIT,TransformIT,PositionsIT,MorePartitionsIT,OutageIT,BackPressureIT,RetentionIT,KafkaFaultsIT,PostgresFaultsIT,RestoredSourceIT,ReadCommandsIT,EventCommandsIT,SteeringCommandsIT,ImportIT,VerifyIT,DoctorIT,DashboardIT,PageIT,DeliveriesIT,AvroIT,TypesIT,SchemaChangesIT,TracesIT,JsonLogsIT

test-native: devstack deltareader ## Run the integration tests against the native executable
	@test -x target/duet-runner || { echo "target/duet-runner is missing: run make native first"; exit 2; }
	$(MVN) -q test-compile failsafe:integration-test failsafe:verify -Dduet.executable=$(CURDIR)/target/duet-runner -Dit.test='$(or $(ITS),$(NATIVE_ITS))'

verify-manifests: ## Check what is deployed (Kubernetes, Strimzi, compose) without a cluster; needs Node.js 20.19 or newer
	@tools/k8s/verify.sh

bench: build devstack ## Measure throughput and latency on this machine; the result is also target/bench.json
	$(MVN) -q test-compile exec:exec@bench -Dbench.args="$(ARGS)"

image: ## Build the image, of the native executable (podman or docker); BASE=debian makes the base image too
	@deploy/image/build.sh

image-run: ## Run that image, read-only, on the host's network: make image-run ARGS="-Dduet.pipeline=..."
	@deploy/image/run.sh $(ARGS)

cluster-up: ## Everything in the Kubernetes cluster of kubectl's context, in order, waited for (deploy/README.md)
	@tools/cluster/up.sh

cluster-check: ## Move a row through that and compare source, mirror and Delta
	@tools/cluster/check.sh

cluster-down: ## Remove what cluster-up made, with its data
	@tools/cluster/down.sh

cluster-preflight: ## Say what the cluster of kubectl's context lacks for deploy/'s production shape
	@tools/cluster/preflight.sh production

chaos: build devstack deltareader ## Kill and freeze the service at each step and at random, and count (docs/crash-matrix.md)
	$(MVN) -q test-compile exec:exec@chaos -Dchaos.args="$(ARGS)" $(if $(EXECUTABLE),-Dchaos.options=-Dduet.executable=$(abspath $(EXECUTABLE)))

chaos-planted: build devstack deltareader ## Show that the chaos checker catches planted bugs
	@tools/chaos-planted

format: ## Format the sources
	$(MVN) -q spotless:apply
	$(MVN) -q -f devstack/pom.xml spotless:apply
	$(MVN) -q -f deltareader/pom.xml spotless:apply

clean: ## Remove all that was built or written by a run
	$(MVN) -q clean
	$(MVN) -q -f devstack/pom.xml clean
	$(MVN) -q -f deltareader/pom.xml clean
	rm -rf tools/k8s/node_modules
