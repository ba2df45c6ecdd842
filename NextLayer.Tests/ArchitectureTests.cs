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
    [InlineData("Npgsql")]
    [InlineData("StackExchange.Redis")]
    [InlineData("Microsoft.EntityFrameworkCore")]
    public void Worker_Database_IsNotKnown(string assembly) =>
        Assert.DoesNotContain(Assembly.Load("NextLayer.Worker").GetReferencedAssemblies(), reference => reference.Name == assembly);

    [Fact]
    public void Workflows_Outside_IsNotTouched()
    {
        string[] outside = ["System.Net.Http", "System.Net.Sockets", "System.IO.FileSystem", "System.Diagnostics.Process", "Microsoft.Extensions.DependencyInjection.Abstractions"];

        Assert.Empty(Assembly.Load("NextLayer.Workflows").GetReferencedAssemblies().Select(reference => reference.Name).Intersect(outside));
    }
}
