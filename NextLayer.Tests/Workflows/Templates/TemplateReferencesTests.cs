using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Templates;

namespace NextLayer.Tests.Workflows.Templates;

public sealed class TemplateReferencesTests
{
    [Fact]
    public void Find_Config_NamesStepsAndSecretsWhereverTheyStand()
    {
        var config = JsonElement.Parse("""
            {
              "mode": "map",
              "source": "{{ fetch.rows }}",
              "where": "item.x == steps['node-1'].output.y && size(secrets.a) > 0",
              "output": { "t": "{{ item.x }} {{ secrets.b }} {{ index }} {{ [1].map(q, q + other.z) }}", "bad": "{{ 1 + }}", "run": "{{ run.id }}{{ input.x }}" }
            }
            """);

        var references = TemplateReferences.Find(config, StepCatalog.Default.Find("transform"));

        Assert.Equal(["fetch", "node-1", "other"], references.Steps.Order(StringComparer.Ordinal));
        Assert.Equal(["a", "b"], references.Secrets.Order(StringComparer.Ordinal));
    }
}
