using System.Reflection;

namespace NextLayer.Tests;

/// <summary>References between our assemblies run one way.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("NextLayer.Contracts")]
    [InlineData("NextLayer.Workflows")]
    [InlineData("NextLayer.ServiceDefaults")]
    [InlineData("NextLayer.AppHost.Embedded")]
    [InlineData("NextLayer.ControlPlane", "NextLayer.Contracts", "NextLayer.Workflows", "NextLayer.ServiceDefaults")]
    [InlineData("NextLayer.Dashboard", "NextLayer.Contracts", "NextLayer.ServiceDefaults")]
    [InlineData("NextLayer.Worker", "NextLayer.Contracts", "NextLayer.Workflows", "NextLayer.ServiceDefaults")]
    [InlineData("NextLayer.Demo", "NextLayer.Contracts", "NextLayer.ServiceDefaults")]
    public void References_OfAnAssembly_StayWithinWhatItMayKnow(string name, params string[] allowed)
    {
        var known = Assembly.Load(name).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(reference => reference.StartsWith("NextLayer.", StringComparison.Ordinal));

        Assert.Empty(known.Except(allowed));
    }

    [Theory]
    [InlineData("StackExchange.Redis")]
    [InlineData("Microsoft.EntityFrameworkCore")]
    public void Worker_Database_IsNotKnown(string assembly) =>
        Assert.DoesNotContain(Assembly.Load("NextLayer.Worker").GetReferencedAssemblies(), reference => reference.Name == assembly);

    // It refuses NextLayer's own database; nothing else in a worker may speak to any.
    [Fact]
    public void Worker_Postgres_IsKnownToDatabaseQueryAlone()
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        var strangers =
            from type in Assembly.Load("NextLayer.Worker").GetTypes()
            where type.FullName?.StartsWith("NextLayer.Worker.Steps.Database.", StringComparison.Ordinal) != true
            let fields = type.GetFields(all).Select(field => field.FieldType)
            let locals = type.GetMethods(all).Cast<MethodBase>().Concat(type.GetConstructors(all))
                .SelectMany(method => (method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? [])
                    .Concat(method.GetParameters().Select(parameter => parameter.ParameterType)))
            where fields.Concat(locals).Any(used => used.FullName?.Contains("Npgsql", StringComparison.Ordinal) == true)
            select type.FullName;

        Assert.Empty(strangers.ToList());
    }

    [Fact]
    public void Workflows_Outside_IsNotTouched()
    {
        string[] outside = ["System.Net.Http", "System.Net.Sockets", "System.IO.FileSystem", "System.Diagnostics.Process", "Microsoft.Extensions.DependencyInjection.Abstractions"];

        Assert.Empty(Assembly.Load("NextLayer.Workflows").GetReferencedAssemblies().Select(reference => reference.Name).Intersect(outside));
    }
}
