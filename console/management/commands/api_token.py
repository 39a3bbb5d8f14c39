from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from console import tokens
from console.models import ApiToken


class Command(BaseCommand):
    help = "Make, list or revoke API tokens. A new token is printed once and can never be read again."

    def add_arguments(self, parser):
        commands = parser.add_subparsers(dest="command", required=True)
        create = commands.add_parser("create", help="Make a token with which a program acts as a person.")
        create.add_argument("username")
        create.add_argument("name", help="What it is for.")
        create.add_argument("--days", type=int, default=90, help="How long it lasts (default: 90).")
        commands.add_parser("list", help="List the tokens that work.")
        revoke = commands.add_parser("revoke", help="End a token at once.")
        revoke.add_argument("id", type=int)

    def handle(self, *, command, **options):
        getattr(self, command)(**options)

    def create(self, *, username, name, days, **options):
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError("There is no account with this username.")
        try:
            _, secret = tokens.create(user=user, name=name, days=days, actor=user)
        except tokens.TokenRefusedError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(secret)

    def list(self, **options):
        for token in ApiToken.objects.filter(revoked_at=None, expires_at__gt=timezone.now()).order_by("pk"):
            until = f"until {token.expires_at:%Y-%m-%d}"
            self.stdout.write(f"{token.pk}  user {token.user_id}  {token.name}  {until}")

    def revoke(self, *, id, **options):  # noqa: A002 (the argument's name on the command line)
        token = ApiToken.objects.select_related("user").filter(pk=id).first()
        if token is None:
            raise CommandError("There is no token with this id.")
        if not tokens.revoke(token=token, actor=token.user):
            raise CommandError("This token was revoked already.")
        self.stdout.write("Revoked.")
