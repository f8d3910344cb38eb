"""An app around the recipe for FastAPI."""

import os
import sys
from pathlib import Path

Path("database.py").write_text(
    '''
from columns import AvatarColumns
from sqlalchemy import StaticPool, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class User(AvatarColumns, Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)


engine = create_engine("sqlite:///app.db")
Base.metadata.create_all(engine)


def get_session():
    with Session(engine) as session:
        yield session
'''
)
Path("auth.py").write_text(
    '''
from database import User, get_session
from fastapi import Depends, Header, HTTPException


def current_user(x_user: int | None = Header(None), database=Depends(get_session)):
    if x_user is None:
        raise HTTPException(401)
    return database.get(User, x_user)
'''
)
sys.path.insert(0, os.getcwd())

import avatars  # noqa: E402
import database  # noqa: E402
import uvicorn  # noqa: E402
from fastapi import FastAPI  # noqa: E402

with database.Session(database.engine) as session:
    session.add(database.User(id=1))
    session.commit()

app = FastAPI()
app.include_router(avatars.router)
uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]))
