using System.Text.Json;
using NextLayer.Workflows.Catalog;

namespace NextLayer.Tests.Workflows.Catalog;

public sealed class StepCatalogTests
{
    private static readonly JsonSerializerOptions SnakeCase = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    [Fact]
    public void Listed_Default_HasTheTwelveTypesWithTheirCategoriesAndIcons() => Assert.Equal(
        [
            "http_request/integrations/globe", "webhook/integrations/webhook", "send_email/integrations/mail", "llm_call/ai/brain",
            "condition/logic/git-branch", "inline_code/logic/code", "for_each/logic/repeat", "database_query/data/database",
            "transform/data/shuffle", "delay/flow/clock", "wait_for_approval/flow/user-check", "wait_for_event/flow/bell",
        ],
        StepCatalog.Default.Listed.Select(t => $"{t.Type}/{t.Category}/{t.Icon}"));

    [Fact]
    public void Find_Noop_IsThereThoughNotListed()
    {
        Assert.NotNull(StepCatalog.Default.Find("noop"));
        Assert.DoesNotContain(StepCatalog.Default.Listed, t => t.Type == "noop");
        Assert.Null(StepCatalog.Default.Find("nope"));
    }

    [Fact]
    public void Serialize_StepType_HasTheDocumentedMembers()
    {
        foreach (var type in StepCatalog.Default.Listed)
        {
            var json = JsonSerializer.SerializeToElement(type, SnakeCase);

            Assert.Equal(
                [
                    "type", "label", "description", "category", "icon", "effect", "config_schema", "input_ports", "output_ports",
                    "output_schema", "example", "default_retry", "version",
                ],
                json.EnumerateObject().Select(p => p.Name));
            Assert.Equal("object", json.GetProperty("config_schema").GetProperty("type").GetString());
        }
    }

    [Theory]
    [InlineData("""{ "range": { "to": 3 } }""", "'items.range' must be integer or array, not object.")]
    [InlineData("""{ "rang": 3 }""", "'items' needs exactly one of array, range.")]
    [InlineData("3", "'items' needs exactly one of array, range.")]
    public void Alternatives_OfWhichOneIsMeant_AreJudgedByThatOne(string items, string message)
    {
        var config = JsonElement.Parse($$"""{ "items": {{items}}, "body": { "steps": ["a"] } }""");

        var problem = Assert.Single(SchemaCheck.Find(config, StepCatalog.Default.Find("for_each")!.ConfigSchema)); // It is in the catalog.

        Assert.Equal(message, problem.Message);
    }

    [Theory]
    [InlineData("llm_call", """{ "mode": "extract", "schema": { "type": "thing" } }""", "invalid_config", "schema")]
    [InlineData("delay", """{ "until_next": { "cron": "0 9 * *" } }""", "invalid_config", "until_next.cron")]
    [InlineData("delay", """{ "until_next": { "cron": "@daily", "timezone": "Mars/Olympus" } }""", "invalid_config", "until_next.timezone")]
    [InlineData("database_query", """{ "sql": "SELECT {{ input.x }}" }""", "SQL_TEMPLATE", "sql")]
    public void Check_OfAConfigThatNoSchemaCouldRefuse_FindsTheProblem(string type, string config, string code, string path)
    {
        var problem = Assert.Single(StepCatalog.Default.Find(type)!.Check!(JsonDocument.Parse(config).RootElement)); // The type has a check.

        Assert.Equal((code, path), (problem.Code, problem.Path));
    }

    [Theory]
    [InlineData("http_request", "{}", "out error")]
    [InlineData("condition", "{}", "true false error")]
    [InlineData("condition", """{ "mode": "switch", "cases": [{ "port": "a" }, { "port": "b" }, { "port": "a" }, 7] }""", "a b default error")]
    [InlineData("llm_call", """{ "mode": "prompt" }""", "out error")]
    [InlineData("llm_call", """{ "mode": "classify", "categories": [{ "name": "x" }] }""", "x other error")]
    [InlineData("wait_for_approval", "{}", "approved rejected error")]
    public void OutputPortsFor_Config_NamesThePorts(string type, string config, string ports) =>
        Assert.Equal(ports, string.Join(' ', StepCatalog.Default.Find(type)!.OutputPortsFor(JsonElement.Parse(config))));
}
