using System.Text.Json;
using NextLayer.Workflows;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;
using NextLayer.Workflows.Transforms;

namespace NextLayer.Tests.Workflows.Transforms;

public sealed class TransformProgramTests
{
    private const string Input = """
        {
          "factor": 10,
          "orders": [
            { "id": 1, "country": "DE", "total": 10.10, "who": { "name": "Ada" } },
            { "id": 2, "country": "AT", "total": 5, "who": { "name": "Bob" } },
            { "id": 3, "country": "DE", "total": 0.20, "who": { "name": "Cyd" } }
          ],
          "mixed": [{ "n": 1 }, { "n": "two" }, { "n": 3 }, { }],
          "people": [{ "pid": 1, "name": "Ada" }, { "pid": 3, "name": "Cyd" }, { "pid": 9, "name": "Zoe" }, { "name": "Nobody" }],
          "csv": "id,name\n1,\"Doe, \"\"J\"\"\"\r\n2,\n"
        }
        """;

    [Theory]
    // object, map, filter
    [InlineData("""{ "mode": "object", "output": { "n": "{{ input.factor * 2 }}", "text": "f={{ input.factor }}" } }""", """{"n":20,"text":"f=10"}""")]
    [InlineData("""{ "mode": "map", "source": "{{ input.orders }}", "output": "{{ item.id * input.factor + index }}" }""", "[10,21,32]")]
    [InlineData("""{ "mode": "map", "source": "{{ input.orders }}", "output": { "i": "{{ index }}", "name": "{{ item.who.name }}!" } }""", """[{"i":0,"name":"Ada!"},{"i":1,"name":"Bob!"},{"i":2,"name":"Cyd!"}]""")]
    [InlineData("""{ "mode": "map", "source": "{{ input.orders }}", "where": "item.country == 'DE'", "output": "{{ index }}" }""", "[0,2]")]
    [InlineData("""{ "mode": "map", "source": [], "output": "{{ item.x }}" }""", "[]")]
    [InlineData("""{ "mode": "map", "source": [1, 2], "output": "same" }""", """["same","same"]""")]
    [InlineData("""{ "mode": "filter", "source": "{{ input.orders }}", "where": "{{ item.total > 1 && item.id < 2 }}" }""", """[{"id":1,"country":"DE","total":10.10,"who":{"name":"Ada"}}]""")]
    [InlineData("""{ "mode": "filter", "source": [3, 1, 2], "where": "item > 1" }""", "[3,2]")]
    // sort
    [InlineData("""{ "mode": "sort", "source": [{ "a": 2 }, { "a": 1.5 }, { "b": 0 }, { "a": null }, { "a": -1 }], "by": "a" }""", """[{"a":-1},{"a":1.5},{"a":2},{"b":0},{"a":null}]""")]
    [InlineData("""{ "mode": "sort", "source": [{ "a": 2 }, { "a": 1 }, { "b": 0 }], "by": ["-a"] }""", """[{"a":2},{"a":1},{"b":0}]""")]
    [InlineData("""{ "mode": "sort", "source": [{ "a": 1, "b": "y" }, { "a": 2, "b": "x" }, { "a": 1, "b": "x" }], "by": [{ "field": "b", "order": "desc" }, "a"] }""", """[{"a":1,"b":"y"},{"a":1,"b":"x"},{"a":2,"b":"x"}]""")]
    [InlineData("""{ "mode": "sort", "source": ["bb", "a", "ccc"], "by": [{ "expression": "size(item)", "order": "desc" }] }""", """["ccc","bb","a"]""")]
    [InlineData("""{ "mode": "sort", "source": [{ "k": 1, "n": 1 }, { "k": 1, "n": 2 }, { "k": 0, "n": 3 }], "by": "k" }""", """[{"k":0,"n":3},{"k":1,"n":1},{"k":1,"n":2}]""")]
    // group
    [InlineData("""{ "mode": "group", "source": "{{ input.orders }}", "by": "country", "aggregate": { "total": "sum" } }""", """[{"country":"DE","total":10.30,"count":2},{"country":"AT","total":5,"count":1}]""")]
    [InlineData("""{ "mode": "group", "source": "{{ input.orders }}", "by": ["country"], "aggregate": { "low": { "field": "total", "op": "min" }, "high": { "field": "total", "op": "max" }, "mean": { "field": "total", "op": "avg" }, "first": { "field": "who.name", "op": "first" }, "ids": { "field": "id", "op": "collect" }, "id": "count" } }""", """[{"country":"DE","low":0.20,"high":10.10,"mean":5.15,"first":"Ada","ids":[1,3],"id":2,"count":2},{"country":"AT","low":5,"high":5,"mean":5,"first":"Bob","ids":[2],"id":1,"count":1}]""")]
    [InlineData("""{ "mode": "group", "source": [1, 2, 3], "by": [{ "expression": "item % 2 == 0", "as": "even" }] }""", """[{"even":false,"count":2,"items":[1,3]},{"even":true,"count":1,"items":[2]}]""")]
    [InlineData("""{ "mode": "group", "source": [{ "a": 1 }, { "a": 1.0 }, { }], "by": "a", "aggregate": { "x": "avg", "y": "first", "z": "sum" } }""", """[{"a":1,"x":null,"y":null,"z":0,"count":2},{"a":null,"x":null,"y":null,"z":0,"count":1}]""")]
    // merge
    [InlineData("""{ "mode": "merge", "left": [{ "id": 1, "a": "x" }, { "id": 2 }], "right": [{ "id": 1.0, "a": "y" }], "on": "id" }""", """[{"id":1.0,"a":"y"}]""")]
    [InlineData("""{ "mode": "merge", "left": [{ "id": 1 }, { "id": null }], "right": [{ "pid": 1, "n": 1 }, { "pid": 1, "n": 2 }, { "pid": null }], "on": { "left": "id", "right": "pid" }, "how": "left" }""", """[{"id":1,"pid":1,"n":1},{"id":1,"pid":1,"n":2},{"id":null}]""")]
    [InlineData("""{ "mode": "merge", "left": [{ "a": 1, "b": 2 }], "right": [{ "a": 1, "b": 2, "c": 3 }, { "a": 1, "b": 9 }], "on": ["a", "b"], "how": "outer" }""", """[{"a":1,"b":2,"c":3},{"a":1,"b":9}]""")]
    // parse
    [InlineData("""{ "mode": "parse", "format": "json", "source": "{\"a\": [1, 2.50]}" }""", """{"a":[1,2.50]}""")]
    [InlineData("""{ "mode": "parse", "format": "csv", "source": "{{ input.csv }}" }""", """[{"id":"1","name":"Doe, \"J\""},{"id":"2","name":""}]""")]
    [InlineData("""{ "mode": "parse", "format": "csv", "source": "a;\"b\nc\"\n\n\"\"", "delimiter": ";", "header": false }""", """[["a","b\nc"],[""]]""")]
    [InlineData("""{ "mode": "parse", "format": "csv", "source": "" }""", "[]")]
    [InlineData("""{ "mode": "parse", "format": "xml", "source": "<o xmlns='u' id='1'><i>a</i><i k='v'>b</i><n/><!-- no --><t><![CDATA[<x>]]></t></o>" }""", """{"o":{"@id":"1","i":["a",{"@k":"v","#text":"b"}],"n":"","t":"<x>"}}""")]
    [InlineData("""{ "mode": "parse", "format": "text-regex", "source": "a=1 b=22", "pattern": "(?P<key>[a-z])=(?P<value>[0-9]+)" }""", """[{"key":"a","value":"1"},{"key":"b","value":"22"}]""")]
    [InlineData("""{ "mode": "parse", "format": "text-regex", "source": "a1b22", "pattern": "[0-9]+" }""", """["1","22"]""")]
    public void Evaluate_Mode_ShapesTheData(string config, string expected)
    {
        var shaped = Evaluate(config);

        Assert.Null(shaped.Failure);
        Assert.Equal(expected, Compact(shaped.Value.GetProperty("result")));
        Assert.Equal(shaped.Value.GetProperty("result").ValueKind == JsonValueKind.Array, shaped.Value.TryGetProperty("count", out _));
    }

    [Theory]
    [InlineData("""{ "mode": "map", "source": "text", "output": 1 }""", "TRANSFORM_TYPE", "source", "must be a list, but is text")]
    [InlineData("""{ "mode": "map", "output": 1 }""", "TRANSFORM_TYPE", "source", "missing")]
    [InlineData("""{ "mode": "map", "source": "{{ input.mixed }}", "output": "{{ item.n + 1 }}" }""", "EXPRESSION", "output", "Item 1")]
    [InlineData("""{ "mode": "map", "source": [{ "a": 1 }, {}], "output": { "x": "{{ item.a }}" } }""", "TEMPLATE_UNRESOLVED", "output.x", "Item 1: 'item.a'")]
    [InlineData("""{ "mode": "map", "source": [1], "output": "{{ item. }}" }""", "EXPRESSION", "output", "Item 0")]
    [InlineData("""{ "mode": "map", "source": [1] }""", "CONFIG", "output", "output")]
    [InlineData("""{ "mode": "filter", "source": [1, 2], "where": "item" }""", "EXPRESSION", "where", "Item 0")]
    [InlineData("""{ "mode": "sort", "source": "{{ input.mixed }}", "by": "n" }""", "TRANSFORM_TYPE", "source[1].n", "'source[1].n' is of type string")]
    [InlineData("""{ "mode": "sort", "source": [{ "a": {} }], "by": "a" }""", "TRANSFORM_TYPE", "source[0].a", "map")]
    [InlineData("""{ "mode": "sort", "source": [] }""", "CONFIG", "by", "sort by")]
    [InlineData("""{ "mode": "group", "source": "{{ input.mixed }}", "by": "x", "aggregate": { "n": "sum" } }""", "TRANSFORM_TYPE", "source[1].n", "must be a number, but is text")]
    [InlineData("""{ "mode": "group", "source": "{{ input.mixed }}", "by": "x", "aggregate": { "n": "max" } }""", "TRANSFORM_TYPE", "source[1].n", "Item 1")]
    [InlineData("""{ "mode": "group", "source": [], "by": "x", "aggregate": { "n": "median" } }""", "CONFIG", "aggregate.n", "one of")]
    [InlineData("""{ "mode": "merge", "left": [{ "id": 1 }], "right": [{ "id": 1 }, 7], "on": "id" }""", "TRANSFORM_TYPE", "right[1]", "must be an object, but is a number")]
    [InlineData("""{ "mode": "merge", "left": [], "right": [], "on": { "left": ["a", "b"], "right": "c" } }""", "CONFIG", "on", "same number")]
    [InlineData("""{ "mode": "parse", "format": "json", "source": "{" }""", "TRANSFORM_TYPE", "source", "not JSON")]
    [InlineData("""{ "mode": "parse", "format": "json", "source": {} }""", "TRANSFORM_TYPE", "source", "must be text")]
    [InlineData("""{ "mode": "parse", "format": "csv", "source": "a,b\n1" }""", "TRANSFORM_TYPE", "source[0]", "1 cells")]
    [InlineData("""{ "mode": "parse", "format": "csv", "source": "a,\"b" }""", "TRANSFORM_TYPE", "source", "not closed")]
    [InlineData("""{ "mode": "parse", "format": "csv", "source": "a,a\n1,2" }""", "TRANSFORM_TYPE", "source", "twice")]
    [InlineData("""{ "mode": "parse", "format": "xml", "source": "<a><b></a>" }""", "TRANSFORM_TYPE", "source", "not XML")]
    [InlineData("""{ "mode": "parse", "format": "xml", "source": "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>" }""", "TRANSFORM_TYPE", "source", "DTD")]
    [InlineData("""{ "mode": "parse", "format": "text-regex", "source": "x", "pattern": "(" }""", "EXPRESSION", "pattern", "pattern")]
    [InlineData("""{ "mode": "shuffle", "source": [] }""", "CONFIG", "mode", "shuffle")]
    public void Evaluate_Impossible_NamesCodePlaceAndItem(string config, string code, string path, string mention)
    {
        var failure = Evaluate(config).Failure!;

        Assert.Equal((code, path), (failure.Code, failure.Path));
        Assert.Contains(mention, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "mode": "map", "source": "{{ input.mixed }}", "output": "{{ item.n + 1 }}", "skip_bad_items": true }""", "[2,4]", "1 EXPRESSION, 3 TEMPLATE_UNRESOLVED")]
    [InlineData("""{ "mode": "filter", "source": "{{ input.mixed }}", "where": "item.n < 3", "skip_bad_items": true }""", """[{"n":1}]""", "1 EXPRESSION, 3 EXPRESSION")]
    [InlineData("""{ "mode": "sort", "source": "{{ input.mixed }}", "by": "-n", "skip_bad_items": true }""", """[{"n":3},{"n":1},{}]""", "1 TRANSFORM_TYPE")]
    [InlineData("""{ "mode": "group", "source": "{{ input.mixed }}", "by": "x", "aggregate": { "n": "sum" }, "skip_bad_items": true }""", """[{"x":null,"n":4,"count":3}]""", "1 TRANSFORM_TYPE")]
    [InlineData("""{ "mode": "parse", "format": "csv", "source": "a,b\n1\n2,3", "skip_bad_items": true }""", """[{"a":"2","b":"3"}]""", "0 TRANSFORM_TYPE")]
    [InlineData("""{ "mode": "map", "source": [1], "output": "{{ item }}", "skip_bad_items": true }""", "[1]", "")]
    public void Evaluate_SkipBadItems_CollectsTheirErrors(string config, string expected, string errors)
    {
        var shaped = Evaluate(config).Value;

        Assert.Equal(expected, Compact(shaped.GetProperty("result")));
        Assert.Equal(errors, string.Join(", ", shaped.GetProperty("errors").EnumerateArray().Select(e => $"{e.GetProperty("index")} {e.GetProperty("code")}")));
    }

    [Fact]
    public void Evaluate_OuterJoin_KeepsBothSides()
    {
        var shaped = Evaluate("""{ "mode": "merge", "left": "{{ input.orders }}", "right": "{{ input.people }}", "on": { "left": "id", "right": "pid" }, "how": "outer" }""");

        Assert.Equal(5, shaped.Value.GetProperty("count").GetInt32());
        Assert.Equal(["Ada", null, "Cyd", "Zoe", "Nobody"], shaped.Value.GetProperty("result").EnumerateArray()
            .Select(r => r.TryGetProperty("name", out var name) ? name.GetString() : null));
    }

    [Fact]
    public void Evaluate_ResultTooLarge_FailsEvenWhereBadItemsAreSkipped()
    {
        var rows = string.Join(',', Enumerable.Repeat($$"""{ "k": 1, "v": "{{new string('x', 200)}}" }""", 200));
        var merge = Evaluate($$"""{ "mode": "merge", "left": [{{rows}}], "right": [{{rows}}], "on": "k" }""");
        var map = Evaluate($$"""{ "mode": "map", "source": [{{rows}}], "output": "{{new string('y', 50_000)}}", "skip_bad_items": true }""");

        Assert.Equal(("OUTPUT_TOO_LARGE", "OUTPUT_TOO_LARGE"), (merge.Failure?.Code, map.Failure?.Code));
    }

    [Fact]
    public void Evaluate_Budget_IsSharedByAllItems()
    {
        const string Config = """{ "mode": "map", "source": [1, 2, 3], "output": "{{ item + 1 }}", "skip_bad_items": true }""";

        Assert.Null(Evaluate(Config, new CelBudget(9)).Failure);
        Assert.Equal("EXPRESSION", Evaluate(Config, new CelBudget(8)).Failure?.Code);
    }

    [Fact]
    public void Evaluate_LargestNumbers_FallBackToDouble()
    {
        var shaped = Evaluate("""{ "mode": "group", "source": [{ "n": 7e28 }, { "n": 7e28 }], "by": "x", "aggregate": { "n": "sum" } }""");

        Assert.Equal(1.4e29, shaped.Value.GetProperty("result")[0].GetProperty("n").GetDouble());
    }

    private static Evaluated<JsonElement> Evaluate(string json, CelBudget? budget = null)
    {
        var config = JsonElement.Parse(json);
        var scope = new TemplateScope(JsonElement.Parse(Input), default, new Dictionary<string, StepOutput>());
        var resolved = ConfigTemplate.Compile(config, StepCatalog.Default.Find("transform")!.ConfigSchema).Resolve(scope);
        Assert.Null(resolved.Failure);
        return TransformProgram.Compile(config).Evaluate(resolved.Value, scope, budget);
    }

    private static string Compact(JsonElement json) => System.Text.Encoding.UTF8.GetString(JsonOut.WriteBytes(json.WriteTo));
}
