"""The JVM's stacks: innermost frame first, the root cause last."""

import re

from tui.errors.language import Language, Stack, frame, last
from tui.errors.types import Frame

_FRAME = re.compile(
    r"(?:^|(?<=\s\s)|(?<=\t))at (?:(?P<module>[\w.$-]{1,80}(?:@[\w.-]{1,40})?)?//?)?(?P<function>[\w.$<>\u00c0-\u024f-]{1,300})"
    r"\((?:(?P<path>[\w$-]{1,120}\.(?:java|kt|scala|groovy|clj))(?::(?P<line>\d{1,7}))?|Native Method"
    r"|Unknown Source(?::\d{1,5})?|<generated>|SourceFile:\d{1,5})\)",
    re.MULTILINE,
)
_CAUSE = re.compile(r"Caused by: ")
_LIBRARY = re.compile(
    r"(?:java|javax|jdk|sun|com\.sun|jakarta|kotlin|kotlinx|scala|groovy|clojure|akka|android|androidx|dalvik|io\.(?:ktor|nats|opentelemetry|rsocket|fabric8|kubernetes|debezium|confluent|minio|dropwizard|helidon|etcd|sentry|prometheus|netty|grpc|vertx|micronaut|quarkus|lettuce|reactivex|r2dbc|micrometer|undertow)"
    r"|org\.(?:springframework|apache|hibernate|postgresql|mariadb|eclipse|jboss|junit|elasticsearch|redisson|mongodb|codehaus|gradle|slf4j|opensearch|glassfish|jooq|neo4j|xnio|testng|conscrypt)"
    r"|org\.(?:asynchttpclient|http4s|typelevel|jetbrains|openqa|jsoup|influxdb|jgroups|infinispan|keycloak|zeromq|wildfly|jenkinsci"
    r"|quartz|flywaydb|liquibase|mybatis|bson|sqlite|h2|mockito|aspectj)|com\.(?:typesafe|couchbase|hazelcast|jcraft|ibm|snowflake"
    r"|influxdb|arangodb|unboundid|lmax|mysql|zaxxer|rabbitmq|mongodb|datastax|fasterxml|google|netflix|squareup|amazonaws|microsoft|android|oracle|mchange|alibaba|intellij|clickhouse|ning)"
    r"|reactor|okhttp3|okio|retrofit2|feign|redis\.clients|oracle|ch\.qos|software\.amazon|net\.(?:sf|spy)|rx|lombok|ratpack|play|cats|zio|sbt|sttp|fs2|doobie|slick|hudson|javassist|clj_http|aleph|manifold|taoensso)\."
)


def _stacks(text: str) -> tuple[Stack, ...]:
    causes = [match.start() for match in _CAUSE.finditer(text)]
    stacks: dict[int, list[Frame]] = {}
    for match in last(_FRAME, text):
        if "." not in match["function"]:
            continue
        standard = (match["module"] or "").startswith(("java.", "jdk."))
        java_frame = frame(match, "java", library=standard or bool(_LIBRARY.match(match["function"])))
        stacks.setdefault(sum(cause < match.start() for cause in causes), []).append(java_frame)
    return tuple(tuple(stacks[cause]) for cause in sorted(stacks, reverse=True))


LANGUAGE = Language("java", ("at ",), _stacks)
