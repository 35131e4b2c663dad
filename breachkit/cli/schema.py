"""`breachkit schema`: the JSON Schema of what an alert or an amendment may state."""

from breachkit.cli.base import Session, noun, verb
from breachkit.cli.output import Answer

schema_command = noun("schema", "Print the JSON Schema of an incident's facts.")


@verb(schema_command, "incident", example="breachkit schema incident > incident.schema.json")
def incident(session: Session) -> Answer:
    """Print the JSON Schema (2020-12) of an alert file, which is also that of an amendment."""
    import json

    from breachkit.domain.schema import alert_schema

    found = alert_schema()
    return Answer(found, [json.dumps(found, ensure_ascii=False, indent=2)])
