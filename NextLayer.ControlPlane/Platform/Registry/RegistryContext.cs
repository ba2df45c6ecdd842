using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using NextLayer.ControlPlane.Features.Access;
using NextLayer.ControlPlane.Features.Connectors;
using NextLayer.ControlPlane.Features.Facilities;
using NextLayer.ControlPlane.Features.Pipelines;
using NextLayer.ControlPlane.Features.Tenants;
using NextLayer.ControlPlane.Features.Versions;
using NextLayer.ControlPlane.Platform.Access;

namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>
/// The registry's tables for EF Core. The schema itself stands in <c>Migrations/*.sql</c>; this only maps it: tables and
/// columns in snake_case, times and the row version (<c>xmin</c>) by the database.
/// Every query sees only what the scope of the call covers.
/// </summary>
internal sealed class RegistryContext(DbContextOptions<RegistryContext> options) : DbContext(options)
{
    // Of the call that this context serves: what lies outside is not there for it.
    private readonly Guid[]? tenants = CallerScope.Current.Tenants?.ToArray();

    public DbSet<TenantRow> Tenants => Set<TenantRow>();

    public DbSet<FacilityRow> Facilities => Set<FacilityRow>();

    public DbSet<ConnectorInstanceRow> ConnectorInstances => Set<ConnectorInstanceRow>();

    public DbSet<PipelineRow> Pipelines => Set<PipelineRow>();

    public DbSet<PipelineVersionRow> PipelineVersions => Set<PipelineVersionRow>();

    public DbSet<MembershipRow> Memberships => Set<MembershipRow>();

    public DbSet<ApiKeyRow> ApiKeys => Set<ApiKeyRow>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<TenantRow>().HasQueryFilter(row => tenants == null || tenants.Contains(row.Id));
        modelBuilder.Entity<FacilityRow>().HasQueryFilter(row => tenants == null || tenants.Contains(row.TenantId));
        modelBuilder.Entity<ConnectorInstanceRow>().HasQueryFilter(row => tenants == null || tenants.Contains(row.TenantId));
        modelBuilder.Entity<PipelineRow>().HasQueryFilter(row => tenants == null || tenants.Contains(row.TenantId));
        modelBuilder.Entity<PipelineVersionRow>().HasQueryFilter(row => tenants == null || tenants.Contains(row.TenantId));
        modelBuilder.Entity<MembershipRow>().HasQueryFilter(row => tenants == null || tenants.Contains(row.TenantId!.Value));
        modelBuilder.Entity<ApiKeyRow>().HasQueryFilter(row => tenants == null || tenants.Contains(row.TenantId!.Value));
        modelBuilder.Entity<ConnectorInstanceRow>().Property(row => row.Config).HasColumnType("json");
        modelBuilder.Entity<ConnectorInstanceRow>().Property(row => row.LastTest).HasColumnType("json");
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
