using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Expressions;
using NextLayer.Workflows.Templates;

namespace NextLayer.Workflows.Transforms;

/// <summary>A <c>transform</c> step's templates and expressions, compiled. Immutable and thread-safe.</summary>
public sealed class TransformProgram
{
    private const long TransformSteps = 100 * CelBudget.DefaultSteps;

    private readonly string _mode;
    private readonly ConfigTemplate? _output;
    private readonly ExpressionField? _where;
    private readonly IReadOnlyList<ItemKey> _by;

    private TransformProgram(string mode, ConfigTemplate? output, ExpressionField? where, IReadOnlyList<ItemKey> by)
    {
        _mode = mode;
        _output = output;
        _where = where;
        _by = by;
    }

    /// <summary>Compiles the config as written. What is malformed fails when it is evaluated.</summary>
    public static TransformProgram Compile(JsonElement config) => new(
        StepSchema.TextOf(config, "mode") ?? "",
        config.TryGetProperty("output", out var output) ? ConfigTemplate.CompileAt("output", output) : null,
        ExpressionField.From(config, "where", "where"),
        ItemKey.ReadAll(config));

    /// <summary>Shapes the data. <c>where</c> leaves items out before any mode that goes over items sees them.</summary>
    /// <param name="config">The config with its templates resolved, as <c>ConfigTemplate</c> leaves it for this type.</param>
    /// <param name="scope">The names; each item adds <c>item</c> and <c>index</c>.</param>
    /// <param name="budget">What all expressions together may spend; null grants a hundred times an expression's.</param>
    /// <returns>
    /// <c>{result}</c>, with <c>count</c> for lists and, where <c>skip_bad_items</c> is set, <c>errors[{index, code, message}]</c>;
    /// or <c>TRANSFORM_TYPE</c>, <c>TEMPLATE_UNRESOLVED</c>, <c>EXPRESSION</c>, <c>CONFIG</c> or <c>OUTPUT_TOO_LARGE</c>.
    /// </returns>
    public Evaluated<JsonElement> Evaluate(JsonElement config, TemplateScope scope, CelBudget? budget = null)
    {
        var run = new TransformRun(config, scope, budget ?? new CelBudget(TransformSteps));
        try
        {
            var result = Shape(run);
            return result.Failure is { } failure ? failure : run.Output(result.Value);
        }
        catch (CelException exhausted)
        {
            // Sorting and grouping charge the budget outside of any expression.
            return new EvaluationFailure(EvaluationFailure.Expression, exhausted.Message);
        }
        catch (InvalidOperationException ex) when (JsonOut.IsBrokenText(ex))
        {
            return EvaluationFailure.BrokenText;
        }
    }

    private Evaluated<TransformResult> Shape(TransformRun run)
    {
        switch (_mode)
        {
            case "object":
                var resolved = Resolve(run);
                return resolved.Failure is { } unresolved ? unresolved : new TransformResult(resolved.Value, IsList: false);
            case "merge":
                return MergeTransform.Apply(run);
            case "parse":
                return ParseTransform.Apply(run);
        }
        var items = run.ReadSource(_where);
        if (items.Failure is { } failure)
            return failure;
        return _mode switch
        {
            "map" => Map(run, items.Value),
            "filter" => TransformResult.Of(items.Value.Select(i => i.Json)),
            "sort" => SortTransform.Apply(run, items.Value, _by),
            "group" => GroupTransform.Apply(run, items.Value, _by),
            _ => new EvaluationFailure(EvaluationFailure.Config, $"There is no transform mode '{_mode}'.", "mode"),
        };
    }

    private Evaluated<TransformResult> Map(TransformRun run, IReadOnlyList<Item> items)
    {
        var results = new List<JsonElement>(items.Count);
        long bytes = 0;
        var failure = run.ForEach(items, item =>
        {
            var resolved = Resolve(run);
            if (resolved.Failure is not null)
                return resolved.Failure;
            results.Add(resolved.Value);
            bytes += JsonOut.SizeOf(resolved.Value);
            return bytes > ConfigTemplate.MaxBytes ? TransformRun.TooLarge : null;
        });
        return failure is null ? TransformResult.Of(results) : failure;
    }

    private Evaluated<JsonElement> Resolve(TransformRun run) => _output is null
        ? new EvaluationFailure(EvaluationFailure.Config, $"Mode '{_mode}' needs an output.", "output")
        : _output.ResolveIn(run.Scope, run.Budget);
}
