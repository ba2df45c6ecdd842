using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using NextLayer.ControlPlane.Platform.Errors;

namespace NextLayer.ControlPlane.Platform.Validation;

/// <summary>
/// Checks an endpoint's parameters and bodies against the data annotations on them, nested lists included, before the
/// endpoint runs. Put on a group once; endpoints without annotations get no filter.
/// </summary>
internal static class RequestValidation
{
    public static TBuilder WithRequestValidation<TBuilder>(this TBuilder builder)
        where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilterFactory(Create);

    private static EndpointFilterDelegate Create(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var checks = context.MethodInfo.GetParameters().Select(ParameterCheck.For).ToArray();
        if (checks.All(check => check is null))
            return next;
        return invocation =>
        {
            Dictionary<string, string[]>? errors = null;
            for (var i = 0; i < checks.Length; i++)
                checks[i]?.Run(invocation.Arguments[i], ref errors);
            return errors is null ? next(invocation) : new ValueTask<object?>(Problems.Invalid(errors));
        };
    }

    private sealed record ParameterCheck(string Name, ValidationAttribute[] Rules, ContractRules? Contract)
    {
        public static ParameterCheck? For(ParameterInfo parameter)
        {
            var rules = parameter.GetCustomAttributes<ValidationAttribute>().ToArray();
            var contract = ContractRules.For(parameter.ParameterType);
            return rules.Length == 0 && contract is null
                ? null
                : new ParameterCheck(JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!), rules, contract); // Lambdas' parameters have names.
        }

        public void Run(object? argument, ref Dictionary<string, string[]>? errors)
        {
            RuleSentences.Check(Rules, argument, Name, ref errors);
            if (argument is not null)
                Contract?.Check(argument, "", ref errors);
        }
    }
}
