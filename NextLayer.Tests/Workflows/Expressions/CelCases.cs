using System.Text.Json;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Tests.Workflows.Expressions;

/// <summary>Runs table rows: an expression beside the literal it must equal, or beside the failure it must give.</summary>
internal static class CelCases
{
    private const string Data = """
        {
          "input": {
            "name": "Ada", "age": 36, "price": 9.5, "big": 18446744073709551615, "active": true, "none": null,
            "items": [{ "sku": "a", "qty": 2 }, { "sku": "b", "qty": 5 }],
            "matrix": [[1, 2], [3, 4]],
            "tags": ["x", "y"],
            "a-b": 7, "0": "zero"
          },
          "n": 5,
          "int": 1
        }
        """;

    public static CelVariables Variables { get; } = Read(Data);

    public static CelVariables Read(string json)
    {
        var variables = new CelVariables();
        foreach (var property in JsonElement.Parse(json).EnumerateObject())
            variables.Add(property.Name, property.Value);
        return variables;
    }

    public static CelValue Evaluate(string source) => CelProgram.Compile(source).EvaluateValue(Variables);

    public static void AssertGives(string source, string expected)
    {
        var actual = Evaluate(source);
        var wanted = Evaluate(expected);

        Assert.Equal(wanted.Kind, actual.Kind);
        if (wanted.Kind == CelKind.Double && double.IsNaN(wanted.AsDouble))
            Assert.True(double.IsNaN(actual.AsDouble));
        else
            Assert.True(CelEquality.AreEqual(wanted, actual), $"{source} gave {CelJson.Write(actual)}, not {expected}");
    }

    public static CelException AssertFails(string source, CelErrorCode code)
    {
        var failure = Assert.Throws<CelException>(() => Evaluate(source));
        Assert.True(code == failure.Code, $"{source} failed as {failure.Code} ({failure.Message}), not as {code}");
        return failure;
    }
}
