using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps;

namespace NextLayer.Tests.Worker.Steps;

public sealed class LogicStepTests
{
    private readonly StepBench bench = new();

    [Fact]
    public async Task Transform_Map_ShapesEachItem()
    {
        var output = await bench.OutputAsync(
            new TransformStep(),
            """{"mode": "map", "source": "{{ input.list }}", "output": {"double": "{{ item * 2 }}"}}""",
            new { list = new[] { 1, 2 } });

        Assert.Equal("""[{"double":2},{"double":4}]""", output.GetProperty("result").GetRawText());
        Assert.Equal(2, output.GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Transform_OfWhatIsNoList_Fails()
    {
        var failure = await bench.FailureAsync(new TransformStep(), """{"mode": "map", "source": 5, "output": "x"}""");

        Assert.Equal(("TRANSFORM_TYPE", false), (failure.Error.Code, failure.Error.Retryable));
    }

    [Theory]
    [InlineData(5, "false")]
    [InlineData(500, "true")]
    public async Task Condition_If_ChoosesAPort(int amount, string port)
    {
        var result = await bench.RunAsync(new ConditionStep(), """{"mode": "if", "expression": "input.amount > 100"}""", new { amount });

        Assert.Equal([port], Assert.IsType<StepResult.Completed>(result).Ports);
    }

    [Fact]
    public async Task Condition_SwitchWithSeveralMatches_ChoosesThemAll()
    {
        var result = await bench.RunAsync(
            new ConditionStep(),
            """
            {"mode": "switch", "value": "{{ input.n }}", "first_match": false,
             "cases": [{"port": "small", "expression": "value < 10"}, {"port": "even", "expression": "value % 2 == 0"}, {"port": "big", "expression": "value > 10"}]}
            """,
            new { n = 4 });

        Assert.Equal(["small", "even"], Assert.IsType<StepResult.Completed>(result).Ports);
    }
}
