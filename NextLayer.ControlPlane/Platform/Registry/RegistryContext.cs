using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NextLayer.ControlPlane.Features.Connectors;
using NextLayer.ControlPlane.Features.Facilities;
using NextLayer.ControlPlane.Features.Pipelines;
using NextLayer.ControlPlane.Features.Tenants;
using NextLayer.ControlPlane.Features.Versions;

namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>
/// The registry's tables for EF Core. The schema itself stands in <c>Migrations/*.sql</c>; this only maps it: tables and
/// columns in snake_case, times and the row version (<c>xmin</c>) by the database.
/// </summary>
internal sealed class RegistryContext(DbContextOptions<RegistryContext> options) : DbContext(options)
{
    public DbSet<TenantRow> Tenants => Set<TenantRow>();

    public DbSet<FacilityRow> Facilities => Set<FacilityRow>();

    public DbSet<ConnectorInstanceRow> ConnectorInstances => Set<ConnectorInstanceRow>();

    public DbSet<PipelineRow> Pipelines => Set<PipelineRow>();

    public DbSet<PipelineVersionRow> PipelineVersions => Set<PipelineVersionRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<TenantRow>();
        modelBuilder.Entity<FacilityRow>();
        modelBuilder.Entity<ConnectorInstanceRow>().Property(row => row.Config).HasColumnType("json");
        modelBuilder.Entity<PipelineRow>();
        modelBuilder.Entity<PipelineVersionRow>().Property(row => row.Definition).HasColumnType("json");
        modelBuilder.Entity<PipelineVersionRow>().Property(row => row.InputSchema).HasColumnType("json");
        foreach (var entity in modelBuilder.Model.GetEntityTypes().Select(type => modelBuilder.Entity(type.ClrType)))
        {
            entity.ToTable(SnakeCase(entity.Metadata.GetTableName()!)); // Every entity here has a table.
            entity.Property(nameof(RegistryRow.Id)).ValueGeneratedNever();
            entity.Property(nameof(RegistryRow.CreatedAt)).ValueGeneratedOnAdd();
            entity.Property(nameof(RegistryRow.UpdatedAt)).ValueGeneratedOnAddOrUpdate();
            foreach (var property in entity.Metadata.GetProperties())
                property.SetColumnName(SnakeCase(property.Name));
            entity.Property<uint>("RowVersion").HasColumnName("xmin").IsRowVersion();
        }
    }

    private static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
